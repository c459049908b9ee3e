//! `flowkeep logs`: the newest requests, what comes after them, all of them as a
//! file, or one of them with all that is known of it. Needs neither keys nor their
//! vault to read, and works beside a running gateway.

mod bodies;
mod details;
mod follow;
mod rows;
mod words;

use std::io::{self, Write as _};

use flowkeep_contract::{
    ExportFormat, ExportRequestsRequest, ListRequestsRequest, RequestFilter, RequestPage,
};
use flowkeep_core::app::Records;

use self::rows::Rows;
use crate::args::{Format, LogsArgs, LogsCommand};
use crate::engine::{self, Place};
use crate::failure::Failure;
use crate::variables::Variables;
use crate::{logging, output};

/// Rows asked for at a time.
const PAGE: u32 = 200;

/// Runs the command; with `--follow` until it is interrupted.
pub(crate) async fn run(args: LogsArgs, variables: &Variables) -> Result<(), Failure> {
    logging::start_quiet(variables)?;
    match args.command {
        Some(LogsCommand::Show(args)) => return details::run(&args, variables),
        Some(LogsCommand::ClearBodies(args)) => return bodies::clear(&args, variables).await,
        None => {}
    }
    let place = Place::resolve(&args.place, variables)?;
    let records = engine::open_records(&place)?;
    let done = match args.export {
        Some(format) => export(&records, format, args),
        None => show(&records, args).await,
    };
    records.close();
    done
}

fn filter(args: &LogsArgs) -> RequestFilter {
    RequestFilter {
        text: args.search.clone(),
        model: args.model.clone(),
        client: args.client.clone(),
        ..RequestFilter::default()
    }
}

async fn show(records: &Records, args: LogsArgs) -> Result<(), Failure> {
    let filter = filter(&args);
    // Before the rows are read, so that nothing falls between.
    let version = records.version()?;
    let newest = newest_id(records)?;
    let page = newest_rows(records, &filter, args.limit)?;
    let newest = page
        .requests
        .first()
        .map_or(newest, |row| row.id.max(newest));
    if args.json && !args.follow {
        return output::json(&page);
    }
    note_partial(page.is_partial);
    let mut rows = Rows::new(args.json);
    if newest == 0 {
        output::note("no requests yet; point a tool at the gateway and look again");
    } else if page.requests.is_empty() && args.limit > 0 {
        output::note("no request matches");
    }
    rows.print(page.requests.iter().rev())?;
    if args.follow {
        return follow::run(records, &filter, &mut rows, (version, newest)).await;
    }
    Ok(())
}

/// Says that a search has not seen everything.
fn note_partial(is_partial: bool) {
    if is_partial {
        output::note(
            "for words of one or two letters only the newest 5,000 errors are looked through; \
             use a longer word to find older ones",
        );
    }
}

/// The id of the last row of the log; 0 when it is empty.
fn newest_id(records: &Records) -> Result<i64, Failure> {
    let page = records.list_requests(ListRequestsRequest {
        limit: Some(1),
        ..ListRequestsRequest::default()
    })?;
    Ok(page.requests.first().map_or(0, |row| row.id))
}

/// So many rows, newest first, gathered page by page.
fn newest_rows(
    records: &Records,
    filter: &RequestFilter,
    limit: u32,
) -> Result<RequestPage, Failure> {
    let mut all = RequestPage::default();
    loop {
        let rows = u32::try_from(all.requests.len()).unwrap_or(u32::MAX);
        let missing = limit.saturating_sub(rows);
        if missing == 0 {
            return Ok(all);
        }
        let page = records.list_requests(ListRequestsRequest {
            before: all.next,
            limit: Some(missing.min(PAGE)),
            filter: filter.clone(),
        })?;
        all.requests.extend(page.requests);
        all.is_partial |= page.is_partial;
        all.next = page.next;
        if all.next.is_none() {
            return Ok(all);
        }
    }
}

fn export(records: &Records, format: Format, args: LogsArgs) -> Result<(), Failure> {
    let filter = filter(&args);
    let format = match format {
        Format::Csv => ExportFormat::Csv,
        Format::Jsonl => ExportFormat::Jsonl,
    };
    let Some(file) = args.file else {
        return pour(records, format, filter);
    };
    let path = std::path::absolute(&file)
        .map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    let Some(path) = path.to_str() else {
        return Err(Failure::Usage(
            "the name of the file is not UTF-8".to_owned(),
        ));
    };
    let report = records.export_to_file(ExportRequestsRequest {
        format,
        path: Some(path.to_owned()),
        filter,
    })?;
    note_partial(report.is_partial);
    output::line(&format!("{} requests in {}", report.rows, report.path))
}

/// Writes the export to stdout as it comes.
fn pour(records: &Records, format: ExportFormat, filter: RequestFilter) -> Result<(), Failure> {
    let mut export = records.export_requests(format, filter)?;
    let mut stdout = io::stdout().lock();
    while let Some(piece) = export.next_piece()? {
        stdout
            .write_all(&piece)
            .map_err(|error| Failure::unwritten(&error))?;
    }
    note_partial(export.is_partial());
    stdout.flush().map_err(|error| Failure::unwritten(&error))
}
