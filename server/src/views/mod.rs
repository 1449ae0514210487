//! Views for people, put together from the ledger, the desk and the jobs: the pages and the API show the same.

mod account;
mod attention;
mod automatic;
mod banner;
mod credentials;
mod face;
mod health;
mod places;
mod record;
mod results;
mod rows;
mod runs;
mod sides;

pub use account::{AccountView, AllAccounts, Day, NextRun, account, put_days, runs_of_day};
pub use attention::{Attention, CauseView, attention};
pub use automatic::{Automatic, automatic};
pub use banner::{Named, WorkOrderBanner, latchel_page, work_order_banner};
pub(crate) use credentials::credentials;
pub use credentials::{Credential, Validity};
pub use face::{Face, face};
pub use health::{Health, PhaseHealth, health};
pub use places::{Place, Places, places};
pub use record::{Depth, RecordView, record};
pub use results::{Page, Query, ResultRow, ResultsView, results};
pub use rows::SideRow;
pub use runs::{RunView, run, runs};
pub use sides::{Field, fields};
