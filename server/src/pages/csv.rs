use std::convert::Infallible;
use std::sync::Arc;

use async_stream::stream;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use latchel_sync_core::words::inert;

use super::filters::Asked;
use super::page::Problem;
use super::results::status_text;
use crate::access::Viewer;
use crate::app::App;
use crate::views::{self, Page, Query as Wanted, ResultRow};

/// Number of records that are read at once.
const PAGE: u32 = 500;

const COLUMNS: [&str; 13] = [
    "kind",
    "read from",
    "id",
    "counterpart",
    "name",
    "status",
    "reason",
    "rule",
    "what happened",
    "detail",
    "what to do",
    "since (UTC)",
    "run began (UTC)",
];

/// Every record that the filter lets through, as a table for a spreadsheet, page by page.
pub(super) async fn export(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Query(asked): Query<Asked>,
    _viewer: Viewer,
) -> Result<Response, Problem> {
    if !app.accounts.contains_key(&account) {
        return Err(Problem::missing(format!("account {account}")));
    }
    let filter = asked.filter(app.clock.now())?;
    let rows = stream! {
        yield Ok::<_, Infallible>(line(&COLUMNS.map(str::to_owned)));
        let mut wanted = Wanted { filter, page: Page::First, limit: PAGE };
        loop {
            let page = match views::results(&app, &account, &wanted).await {
                Ok(page) => page,
                Err(error) => {
                    // What was sent cannot be taken back, so that the table says itself that it is not whole.
                    tracing::error!(%error, "an export broke off");
                    yield Ok(line(&["the ledger could not be read any further: this is not all".to_owned()]));
                    break;
                }
            };
            for row in page.rows {
                yield Ok(line(&fields(row)));
            }
            match page.next {
                Some(next) => wanted.page = Page::After(next),
                None => break,
            }
        }
    };
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"sync-results.csv\""),
    ];
    Ok((headers, Body::from_stream(rows)).into_response())
}

fn fields(row: ResultRow) -> [String; 13] {
    let ResultRow { outcome, status, rule, sentence, remedy, since, .. } = row;
    [
        outcome.key.kind.as_str().to_owned(),
        outcome.key.side.as_str().to_owned(),
        outcome.key.id,
        outcome.counterpart.unwrap_or_default(),
        outcome.label,
        status_text(status).to_owned(),
        outcome.reason.code().to_owned(),
        rule.as_str().to_owned(),
        sentence,
        outcome.detail.unwrap_or_default(),
        remedy,
        since.map(|since| since.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default(),
        outcome.at.format("%Y-%m-%d %H:%M:%S").to_string(),
    ]
}

fn line(fields: &[String]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = writer.write_record(fields.iter().map(|field| inert(field).into_owned()));
    writer.into_inner().unwrap_or_default()
}
