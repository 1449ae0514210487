//! A page of 1,000 records in a SQLite ledger that knows them.

use latchel_sync_core::Ledger;
use latchel_sync_core::ledger::{Account, Action, Lease, NewRun, Outcome, Trigger};
use latchel_sync_core::model::{Kind, Link, Origin, Phase, Reason, RecordKey, RunId};
use latchel_sync_ledger::SqliteLedger;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::records::instant;

/// Number of records of a page.
const RECORDS: i64 = 1_000;

/// A ledger in a file, a page of keys, and their outcomes.
pub struct Page {
    runtime: Runtime,
    ledger: SqliteLedger,
    lease: Lease,
    keys: Vec<RecordKey>,
    outcomes: Vec<Outcome>,
    _folder: TempDir,
}

impl Page {
    /// With every record linked and its outcome recorded.
    pub fn known() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("ledger.sqlite");
        let (ledger, lease) = runtime.block_on(async {
            let ledger = SqliteLedger::open(path).await.expect("a ledger");
            let now = instant("2026-03-02T12:00:00Z");
            let account = Account { name: "main".to_owned(), sync_start: now, created_at: now };
            ledger.add_account(&account).await.expect("an account");
            let run = NewRun {
                id: RunId(uuid::Uuid::now_v7()),
                account: "main".to_owned(),
                now,
                day: None,
                trigger: Trigger::Manual,
                holder: "a measurement".to_owned(),
                phases: vec![Phase::Properties],
            };
            let lease = ledger.begin_run(&run).await.expect("a lease");
            for record in 1..=RECORDS {
                ledger.put_link(&lease, &link(lease.run, record)).await.expect("a link");
            }
            (ledger, lease)
        });
        let outcomes: Vec<_> = (1..=RECORDS).map(|record| outcome(lease.run, record)).collect();
        let keys = outcomes.iter().map(|outcome| outcome.key.clone()).collect();
        let page = Self { runtime, ledger, lease, keys, outcomes, _folder: folder };
        page.record();
        page
    }

    /// Recalls what is known of the page's records.
    pub fn recall(&self) -> usize {
        let memories = self.runtime.block_on(self.ledger.recall("main", &self.keys)).expect("memories");
        memories.iter().filter(|memory| memory.link.is_some() && memory.outcome.is_some()).count()
    }

    /// Records the page's outcomes, as they were recorded before.
    pub fn record(&self) {
        self.runtime.block_on(self.ledger.record(&self.lease, &self.outcomes)).expect("recorded");
    }
}

fn key(record: i64) -> RecordKey {
    RecordKey::platform(Kind::Property, format_args!("{}/{record}", record / 8))
}

fn link(run: RunId, record: i64) -> Link {
    let now = instant("2026-03-02T12:00:00Z");
    Link {
        kind: Kind::Property,
        platform_id: key(record).id,
        latchel_id: 1_000_000 + record,
        origin: Origin::Found,
        run,
        created_at: now,
        verified_at: Some(now),
        platform_number: None,
        latchel_number: None,
        number_written_at: None,
        close: None,
        resident: None,
        sent_for: None,
        not_stored: Vec::new(),
    }
}

fn outcome(run: RunId, record: i64) -> Outcome {
    Outcome {
        key: key(record),
        counterpart: Some((1_000_000 + record).to_string()),
        label: format!("Elm Court {}, Unit {record}", record / 8),
        reason: Reason::PropertyUnchanged,
        action: Action::None,
        detail: None,
        run,
        at: instant("2026-03-02T12:00:00Z"),
        fingerprint: None,
        waits_for: None,
        tried: None,
        waits_until: None,
    }
}
