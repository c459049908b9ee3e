use proptest::prelude::{Strategy, any, proptest};

use super::{PriceTable, counted, of, tokens};
use crate::model::{Nano, Units};
use crate::price::{Measured, PriceRow, Tier};

/// Prices in whole billionths, up to ¥1,000 a million.
fn price() -> impl Strategy<Value = Nano> {
    (0..1_000_000_000_000_i64).prop_map(Nano::new)
}

/// A table in which the model `m` has this one tier.
fn table(input: Nano, cached: Nano, output: Nano) -> PriceTable {
    let row = PriceRow {
        tokens: vec![Tier {
            from_input_tokens: 0,
            input,
            output: Some(output),
            cached: Some(cached.min(input)),
        }],
        ..super::row(r#"{"id":"user:m","site":"cn","model":"m"}"#)
    };
    PriceTable::shipped().with_overrides(&[row]).unwrap()
}

fn cost(table: &PriceTable, measured: &Measured) -> i64 {
    table.cost(&of("m"), measured).unwrap().money.nano()
}

proptest! {
    #[test]
    fn more_tokens_of_a_tier_never_cost_less(
        (input, cached, output) in (price(), price(), price()),
        (prompt, hits, completion) in (0..2_000_000_u64, 0..2_000_000_u64, 0..2_000_000_u64),
        (more_prompt, more_completion) in (0..10_000_u64, 0..10_000_u64),
    ) {
        let table = table(input, cached, output);
        let hits = hits.min(prompt);
        let less = cost(&table, &tokens(prompt, hits, completion));
        let more = tokens(prompt + more_prompt, hits, completion + more_completion);
        assert!(less <= cost(&table, &more));
    }

    #[test]
    fn cached_costs_at_most_what_is_not_cached_and_the_difference_is_what_was_saved(
        (input, cached, output) in (price(), price(), price()),
        (prompt, hits, completion) in (0..2_000_000_u64, 0..2_000_000_u64, 0..2_000_000_u64),
    ) {
        let table = table(input, cached, output);
        let with_cache = tokens(prompt, hits.min(prompt), completion);
        let whole = cost(&table, &tokens(prompt, 0, completion));
        let paid = cost(&table, &with_cache);
        assert!(paid <= whole);
        let saved = table.quote(&of("m")).unwrap().saved_by_cache(&with_cache).unwrap();
        // Each of the three is rounded for itself.
        assert!((whole - paid - saved.nano()).abs() <= 1);
    }

    #[test]
    fn no_count_makes_the_sum_panic(
        counts in (any::<Option<u64>>(), any::<Option<u64>>(), any::<Option<u64>>()),
        index in any::<proptest::sample::Index>(),
        batch in any::<bool>(),
    ) {
        let table = PriceTable::shipped();
        let rows: Vec<_> = table.rows().collect();
        let row = rows[index.index(rows.len())];
        let mut measured = counted(Units { image_tokens: counts.2, images: counts.0, ..Units::default() });
        (measured.units.clips, measured.units.bytes, measured.units.sound_ms) = counts;
        measured.usage.prompt_tokens = counts.0;
        measured.usage.cached_tokens = counts.1;
        measured.usage.completion_tokens = counts.2;
        let purchase = super::Purchase { site: row.site, batch, ..of(&row.model) };
        if let Some(cost) = table.cost(&purchase, &measured) {
            assert!(cost.money.nano() >= 0);
        }
    }
}
