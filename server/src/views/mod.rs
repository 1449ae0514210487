//! Views for people, put together from the ledger, the desk and the jobs: the pages and the API show the same.

mod account;
mod attention;
mod automatic;
mod credentials;
mod health;
mod record;
mod results;
mod runs;
mod sides;

pub(crate) use account::AllDrawn;
pub use account::{AccountView, Day, NextRun, account, accounts, runs_of_day};
pub use attention::{Attention, CauseView, attention};
pub use automatic::{Automatic, automatic};
pub(crate) use credentials::credentials;
pub use credentials::{Credential, Validity};
pub use health::{Health, PhaseHealth, health};
pub use record::{Depth, RecordView, record};
pub use results::{Page, Query, ResultRow, ResultsView, results};
pub(crate) use runs::ended_by;
pub use runs::{RunView, run, runs};
pub use sides::{Field, fields};
