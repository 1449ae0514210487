//! The yardstick: a client that makes the same calls as a sync did with a few of them in flight, parses the answers and stores
//! their rows, and does nothing else that a sync does.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::{Context, Result};
use axum::body::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection};

/// Rows of one statement: with ten columns well below SQLite's limit of 32,766 parameters.
const ROWS_OF_A_STATEMENT: usize = 500;

/// Calls to make, and the place for their rows.
#[derive(Debug, clap::Args)]
pub struct Fetch {
    /// Address of the far side.
    #[arg(long)]
    pub base: String,
    /// A file with the calls: a path with its query on each line.
    #[arg(long)]
    pub calls: PathBuf,
    /// Number of requests in flight.
    #[arg(long, default_value_t = 8)]
    pub in_flight: usize,
    /// The database; without one what comes is thrown away.
    #[arg(long)]
    pub store: Option<PathBuf>,
}

/// Makes the calls, and says how many rows came.
pub async fn run(plain: Fetch) -> Result<()> {
    let client = client()?;
    let calls = std::fs::read_to_string(&plain.calls)?;
    let answers = stream::iter(calls.lines()).map(|call| fetch(&client, &plain.base, call));
    let mut answers = std::pin::pin!(answers.buffer_unordered(plain.in_flight));
    let mut store = match &plain.store {
        Some(path) => Some(Store::open(path).await?),
        None => None,
    };
    let mut rows = 0;
    while let Some((call, answer)) = answers.try_next().await? {
        if let Some(store) = &mut store {
            rows += store.keep(list_of(call), &answer).await?;
        }
    }
    if let Some(store) = store {
        store.database.close().await?;
    }
    println!("{rows}");
    Ok(())
}

/// A client for this machine alone.
#[expect(clippy::disallowed_methods, reason = "it is what the project's own client is measured against")]
pub fn client() -> Result<reqwest::Client> {
    // An `Err` says that a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?)
}

async fn fetch<'c>(client: &reqwest::Client, base: &str, call: &'c str) -> Result<(&'c str, Bytes)> {
    let url = format!("{base}{call}");
    let answer = client.get(&url).send().await?.error_for_status()?;
    Ok((call, answer.bytes().await.with_context(|| format!("GET {url}"))?))
}

/// Name of the list that a call is about: the last part of its path.
fn list_of(call: &str) -> &str {
    let path = call.split_once('?').map_or(call, |(path, _)| path);
    path.rsplit_once('/').map_or(path, |(_, list)| list)
}

/// A row of any of the lists: a property or a unit, as each vendor spells it.
#[derive(Deserialize)]
struct Place<'a> {
    #[serde(alias = "Id")]
    id: i64,
    #[serde(alias = "PropertyId", alias = "buildingID", default)]
    property: Option<i64>,
    #[serde(borrow, alias = "Name", alias = "BuildingName", default)]
    name: Cow<'a, str>,
    #[serde(borrow, alias = "UnitNumber", alias = "abbreviation", default)]
    unit: Cow<'a, str>,
    #[serde(borrow, alias = "Address")]
    address: Address<'a>,
    #[serde(alias = "IsActive", default)]
    active: Option<bool>,
    #[serde(borrow, alias = "lastModifiedDateTime", default)]
    updated_at: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Address<'a> {
    #[serde(borrow, alias = "AddressLine1", alias = "address")]
    line1: Cow<'a, str>,
    #[serde(borrow, alias = "City")]
    city: Cow<'a, str>,
    #[serde(borrow, alias = "State", alias = "stateRegion")]
    state: Cow<'a, str>,
    #[serde(borrow, alias = "PostalCode", alias = "postalCode")]
    postal_code: Cow<'a, str>,
}

struct Store {
    database: SqliteConnection,
    /// The lists that have a table.
    tables: HashSet<String>,
}

impl Store {
    async fn open(path: &PathBuf) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        Ok(Self { database: SqliteConnection::connect_with(&options).await?, tables: HashSet::new() })
    }

    /// Stores a page in one transaction, and says how many rows it has.
    async fn keep(&mut self, list: &str, page: &[u8]) -> Result<usize> {
        let page: Vec<Place<'_>> = serde_json::from_slice(page)?;
        if self.tables.insert(list.to_owned()) {
            let schema = format!(
                "CREATE TABLE IF NOT EXISTS {list} (id INTEGER PRIMARY KEY, property INTEGER, name TEXT NOT NULL, unit \
                 TEXT NOT NULL, line1 TEXT NOT NULL, city TEXT NOT NULL, state TEXT NOT NULL, postal_code TEXT NOT \
                 NULL, active INTEGER, updated_at TEXT NOT NULL)"
            );
            sqlx::query(sqlx::AssertSqlSafe(schema)).execute(&mut self.database).await?;
        }
        let mut transaction = self.database.begin().await?;
        for rows in page.chunks(ROWS_OF_A_STATEMENT) {
            let mut insert = QueryBuilder::<Sqlite>::new(format!(
                "INSERT OR REPLACE INTO {list} (id, property, name, unit, line1, city, state, postal_code, active, \
                 updated_at) "
            ));
            insert.push_values(rows, |mut row, place| {
                row.push_bind(place.id)
                    .push_bind(place.property)
                    .push_bind(&*place.name)
                    .push_bind(&*place.unit)
                    .push_bind(&*place.address.line1)
                    .push_bind(&*place.address.city)
                    .push_bind(&*place.address.state)
                    .push_bind(&*place.address.postal_code)
                    .push_bind(place.active)
                    .push_bind(&*place.updated_at);
            });
            insert.build().execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(page.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_about_the_last_part_of_its_path() {
        let lists = ["/platform/v1/rentals/units?limit=1&x=a/b", "/v1/rentals", "units"].map(list_of);
        assert_eq!(lists, ["units", "rentals", "units"]);
    }

    #[test]
    fn a_row_is_read_as_each_vendor_spells_it() {
        let buildium = r#"{"Id": 2, "PropertyId": 1, "BuildingName": "Elm", "UnitNumber": "2", "MarketRent": 900,
            "Address": {"AddressLine1": "1 Elm", "City": "Reno", "State": "NV", "PostalCode": "89501"}}"#;
        let propertyware = r#"{"id": 2, "buildingID": 1, "name": "2", "abbreviation": "U2", "active": true, "address":
            {"address": "1 Elm", "city": "Reno", "stateRegion": "NV", "postalCode": "89501"}}"#;
        for row in [buildium, propertyware] {
            let place: Place<'_> = serde_json::from_str(row).unwrap();
            assert_eq!((place.id, place.property), (2, Some(1)));
            assert_eq!((&*place.address.line1, &*place.address.postal_code), ("1 Elm", "89501"));
        }
    }
}
