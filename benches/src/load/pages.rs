//! Pages that people and their programs read.

use super::books::{Books, account};

/// A page, or a list of the API.
#[derive(Debug)]
pub struct Page {
    /// Its name in the table.
    pub name: &'static str,
    /// The addresses that are asked for in turn.
    pub addresses: Vec<String>,
}

/// Text that is in the labels of some records, and text that is in none.
const IN_SOME: &str = "Court%2012";
const IN_NONE: &str = "Wisteria";

/// Every page that is read often, of all accounts in turn, the first of which is by far the largest.
pub fn all(url: &str, books: &Books) -> Vec<Page> {
    let of_accounts = |before: &str, after: &str| {
        (0..books.runs.len())
            .map(|one| format!("{url}{before}accounts/{}{after}", account(one)))
            .collect::<Vec<_>>()
    };
    let largest = |after: &str| vec![format!("{url}accounts/{}/results{after}", account(0))];
    let of_runs =
        |before: &str| books.runs.iter().map(|run| format!("{url}{before}runs/{run}")).collect::<Vec<_>>();
    let records = |before: &str| {
        let address = |(kind, id): &(&str, String)| {
            format!("{url}{before}accounts/{}/records/{kind}/{}", account(0), id.replace('/', "%2F"))
        };
        books.records.iter().map(address).collect::<Vec<_>>()
    };
    let page = |name, addresses| Page { name, addresses };
    vec![
        page("accounts", vec![url.to_owned()]),
        page("account", of_accounts("", "")),
        page("results", of_accounts("", "/results")),
        page("results, by status", of_accounts("", "/results?status=failed")),
        page("results, a text that some have", largest(&format!("?text={IN_SOME}"))),
        page("results, a text that none has", largest(&format!("?text={IN_NONE}"))),
        page("record, both systems asked", records("")),
        page("runs", vec![format!("{url}runs")]),
        page("run", of_runs("")),
        page("API: accounts", vec![format!("{url}api/v1/accounts")]),
        page("API: results", of_accounts("api/v1/", "/results")),
        page("API: record", records("api/v1/")),
        page("API: runs", vec![format!("{url}api/v1/runs")]),
    ]
}
