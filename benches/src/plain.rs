//! The yardstick: a client that fetches a list with a few requests in flight, parses it and stores it, and does nothing
//! else that a sync does.

use std::borrow::Cow;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use axum::body::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection};

/// Rows of one statement: with nine columns well below SQLite's limit of 32,766 parameters.
const ROWS_OF_A_STATEMENT: usize = 500;

/// List to fetch, and the place for its rows.
#[derive(Debug, clap::Args)]
pub struct Fetch {
    /// The list's address, without its query.
    #[arg(long)]
    pub list: String,
    /// Number of rows of a page.
    #[arg(long, default_value_t = 1_000)]
    pub page: usize,
    /// Number of requests in flight.
    #[arg(long, default_value_t = 8)]
    pub in_flight: usize,
    /// The database; without one what comes is counted and thrown away.
    #[arg(long)]
    pub store: Option<PathBuf>,
}

/// Fetches the whole list, and says how many rows that were.
pub async fn run(plain: Fetch) -> Result<()> {
    let client = client()?;
    let first = fetch(&client, &plain, 0).await?;
    let total = Head::of(&first)?;
    let offsets = (plain.page..total).step_by(plain.page);
    let pages = stream::once(async { Ok(first) }).chain(
        stream::iter(offsets).map(|offset| fetch(&client, &plain, offset)).buffer_unordered(plain.in_flight),
    );
    let mut pages = std::pin::pin!(pages);
    let mut rows = 0;
    let mut store = match &plain.store {
        Some(path) => Some(Store::open(path).await?),
        None => None,
    };
    while let Some(page) = pages.try_next().await? {
        match &mut store {
            Some(store) => rows += store.keep(&page).await?,
            None => rows += plain.page.min(total - rows),
        }
    }
    if let Some(store) = store {
        store.0.close().await?;
    }
    ensure!(rows == total, "{rows} of {total} rows came");
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

async fn fetch(client: &reqwest::Client, plain: &Fetch, offset: usize) -> Result<Bytes> {
    let url = format!("{}?offset={offset}&limit={}", plain.list, plain.page);
    let answer = client.get(&url).send().await?.error_for_status()?;
    answer.bytes().await.with_context(|| format!("GET {url}"))
}

#[derive(Deserialize)]
struct Head {
    total: usize,
}

impl Head {
    fn of(page: &[u8]) -> Result<usize> {
        Ok(serde_json::from_slice::<Self>(page)?.total)
    }
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    data: Vec<Unit<'a>>,
}

#[derive(Deserialize)]
struct Unit<'a> {
    id: i64,
    property_id: i64,
    #[serde(borrow)]
    property_name: Cow<'a, str>,
    #[serde(borrow)]
    unit_number: Cow<'a, str>,
    #[serde(borrow)]
    address: Address<'a>,
    active: bool,
    #[serde(borrow)]
    updated_at: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Address<'a> {
    #[serde(borrow)]
    line1: Cow<'a, str>,
    #[serde(borrow)]
    city: Cow<'a, str>,
    #[serde(borrow)]
    state: Cow<'a, str>,
    #[serde(borrow)]
    postal_code: Cow<'a, str>,
}

struct Store(SqliteConnection);

impl Store {
    async fn open(path: &PathBuf) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let mut database = SqliteConnection::connect_with(&options).await?;
        let schema = "CREATE TABLE IF NOT EXISTS units (id INTEGER PRIMARY KEY, property_id INTEGER NOT NULL, property_name TEXT \
                      NOT NULL, unit_number TEXT NOT NULL, line1 TEXT NOT NULL, city TEXT NOT NULL, state TEXT NOT NULL, \
                      postal_code TEXT NOT NULL, active INTEGER NOT NULL, updated_at TEXT NOT NULL)";
        sqlx::query(schema).execute(&mut database).await?;
        Ok(Self(database))
    }

    /// Stores a page in one transaction, and says how many rows it has.
    async fn keep(&mut self, page: &[u8]) -> Result<usize> {
        let page: Page<'_> = serde_json::from_slice(page)?;
        let mut transaction = self.0.begin().await?;
        for rows in page.data.chunks(ROWS_OF_A_STATEMENT) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "INSERT OR REPLACE INTO units (id, property_id, property_name, unit_number, line1, city, state, postal_code, \
                 active, updated_at) ",
            );
            insert.push_values(rows, |mut row, unit| {
                row.push_bind(unit.id)
                    .push_bind(unit.property_id)
                    .push_bind(&*unit.property_name)
                    .push_bind(&*unit.unit_number)
                    .push_bind(&*unit.address.line1)
                    .push_bind(&*unit.address.city)
                    .push_bind(&*unit.address.state)
                    .push_bind(&*unit.address.postal_code)
                    .push_bind(unit.active)
                    .push_bind(&*unit.updated_at);
            });
            insert.build().execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(page.data.len())
    }
}
