use clap::Parser as _;
use flowkeep_contract::PriceSite;

use super::*;
use crate::args::{Cli, Command, PricesCommand};

fn args(line: &str) -> PriceSetArgs {
    let line = format!("flowkeep prices set {line}");
    let Command::Prices(args) = Cli::try_parse_from(line.split(' ')).unwrap().command else {
        panic!("not prices");
    };
    let Some(PricesCommand::Set(args)) = args.command else {
        panic!("not set");
    };
    *args
}

fn read(line: &str) -> PriceView {
    of(&args(line)).unwrap()
}

#[test]
fn flags_become_a_row() {
    let row = read("acme/a --site cn --input 1.50 --output 6 --cached 0.2 --batch-percent 40");
    assert_eq!((&*row.id, row.site), ("own:cn:acme/a", PriceSite::Cn));
    assert_eq!(row.model, "acme/a");
    let only = &row.tokens[0];
    assert_eq!(
        (only.from_input_tokens, only.input.as_str()),
        (0, "1.5"),
        "an amount is written in one way"
    );
    assert_eq!(only.output.as_deref(), Some("6"));
    assert_eq!(only.cached.as_deref(), Some("0.2"));
    assert_eq!(row.batch_percent, Some(40));
    let pieces = read(
        "acme/b --site com --image 0.1 --clip 2 --thousand-bytes 0.05 --second 0.001 \
         --image-tokens 3 --id mine",
    );
    assert_eq!((&*pieces.id, pieces.site), ("mine", PriceSite::Com));
    let told = [
        &pieces.image,
        &pieces.clip,
        &pieces.thousand_bytes,
        &pieces.second,
        &pieces.image_tokens,
    ];
    let told: Vec<&str> = told.iter().filter_map(|text| text.as_deref()).collect();
    assert_eq!(told, ["0.1", "2", "0.05", "0.001", "3"]);
    assert!(pieces.tokens.is_empty());
}

#[test]
fn tiers_stand_in_their_order() {
    let row = read("m --site cn --tier 32000:6:22:1.5 --tier 0:4:16");
    let tiers: Vec<_> = row
        .tokens
        .iter()
        .map(|tier| (tier.from_input_tokens, &*tier.input, tier.cached.as_deref()))
        .collect();
    assert_eq!(tiers, [(0, "4", None), (32_000, "6", Some("1.5"))]);
    assert_eq!(read("m --site cn --tier 0:4:").tokens[0].output, None);
}

#[test]
fn days_and_hours_are_read() {
    let row = read(
        "m --site cn --input 1 --from 2026-09-01 --until 2026-10-01 --hours 22:00-06:30 \
         --zone Europe/Berlin",
    );
    assert_eq!(row.from.as_deref(), Some("2026-09-01"));
    assert_eq!(row.until.as_deref(), Some("2026-10-01"));
    assert_eq!(row.zone.as_deref(), Some("Europe/Berlin"));
    let hours = row.hours.unwrap();
    assert_eq!((&*hours.from, &*hours.until), ("22:00:00", "06:30:00"));
}

/// No amount passes a float: nine digits after the point survive, a tenth is refused.
#[test]
fn amounts_are_exact() {
    let row = read("m --site cn --input 0.123456789 --image 9007199254.740993001");
    assert_eq!(row.tokens[0].input, "0.123456789");
    assert_eq!(row.image.as_deref(), Some("9007199254.740993001"));
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_flag() {
    for (line, flag) in [
        ("--input five", "--input"),
        ("--input -1", "--input"),
        ("--input 1e3", "--input"),
        ("--input 0.0000000001", "--input"),
        ("--input 1 --output x", "--output"),
        ("--input 1 --cached 2", "--cached"),
        ("--input 1 --from 2026-13-01", "--from"),
        ("--input 1 --until tomorrow", "--until"),
        ("--input 1 --from 2026-09-02 --until 2026-09-02", "--until"),
        ("--input 1 --hours 2-8", "--hours"),
        ("--input 1 --hours 02:00-26:00", "--hours"),
        ("--input 1 --hours 02:00-02:00", "--hours"),
        ("--input 1 --zone Moon/Sea", "--zone"),
        ("--tier 0:1", "--tier"),
        ("--tier 5:1:2", "--tier"),
        ("--tier x:1:2", "--tier"),
        ("--tier 0:1:2:3", "--tier"),
        ("--tier 0:1:2 --tier 0:1:3", "--tier"),
        ("--tier 0:1:2 --tier 9:1:", "--tier"),
        ("--image -0.1", "--image"),
        ("--clip x", "--clip"),
        ("--thousand-bytes 1,5", "--thousand-bytes"),
        ("--second .5", "--second"),
        ("--image-tokens 1.", "--image-tokens"),
    ] {
        let failure = of(&args(&format!("m --site cn {line}"))).unwrap_err();
        let text = failure.to_string();
        assert!(text.starts_with(&format!("{flag}: ")), "{line}: {text}");
        assert!(matches!(failure, Failure::Usage(_)), "{line}");
    }
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    for line in [
        "flowkeep prices set m --input 1",
        "flowkeep prices set m --site eu --input 1",
        "flowkeep prices set m --site cn --output 1",
        "flowkeep prices set m --site cn --input 1 --tier 0:1:2",
        "flowkeep prices set m --site cn --input 1 --batch-percent 101",
        "flowkeep prices recompute",
        "flowkeep prices recompute --days 3 --from 2026-09-01",
    ] {
        let error = Cli::try_parse_from(line.split(' ')).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}
