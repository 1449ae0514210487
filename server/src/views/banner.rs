use latchel_sync_core::Result;
use latchel_sync_core::engine::{Banner, Choice, banner};
use latchel_sync_core::ledger::{RecordMemory, look_up, records};
use latchel_sync_core::model::{JobId, Kind, Side};

use crate::Account;
use crate::app::App;

/// Name of a work order in the address of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named<'a> {
    /// Its id.
    Id(&'a str),
    /// Its number.
    Number(&'a str),
    /// The number before its `-`: a service request of AppFolio's, which may have several work orders.
    Request(&'a str),
    /// Latchel's word for it.
    Slug(&'a str),
}

/// Banner on top of a work order's page, from the ledger alone.
#[derive(Debug, Clone)]
pub struct WorkOrderBanner {
    /// The banner; `None` if no run has seen the work order, or the name is that of several.
    pub banner: Option<Banner>,
    /// The work orders that the name is of, if they are several.
    pub several: Vec<Choice>,
    /// Text by which the API and the pages know it; `None` if it has none yet, or the name is that of several.
    pub record: Option<String>,
    /// Address of its page in the other system.
    pub elsewhere: Option<String>,
}

/// Most work orders of one service request that are looked for.
const OF_A_REQUEST: u32 = 9;

/// The banner of the work order that is called so on one side; `None` if there is no such account.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn work_order_banner(
    app: &App,
    account: &str,
    side: Side,
    named: Named<'_>,
) -> Result<Option<WorkOrderBanner>> {
    let Some(one) = app.accounts.get(account) else { return Ok(None) };
    let found = find(app, account, side, named).await?;
    let mut sides = records(found);
    if sides.len() > 1 {
        let several = sides.iter().map(|sides| Choice::remembered(sides)).collect();
        return Ok(Some(WorkOrderBanner { banner: None, several, record: None, elsewhere: None }));
    }
    let Some(memories) = sides.pop() else {
        let record = match named {
            Named::Id(id) => Some(exactly(side, id)),
            Named::Number(number) => Some(number.to_owned()),
            Named::Request(_) | Named::Slug(_) => None,
        };
        return Ok(Some(WorkOrderBanner { banner: None, several: Vec::new(), record, elsewhere: None }));
    };
    let told = banner(&memories, one.platform_title, app.clock.now(), one.settings.time_zone);
    let told = told.naming(one.platform_title);
    let told = if side == Side::Platform { told.on_platform() } else { told };
    Ok(Some(WorkOrderBanner {
        record: memories.first().map(|memory| exactly(memory.key.side, &memory.key.id)),
        elsewhere: elsewhere(app, &one, side, &told).await?,
        banner: Some(told),
        several: Vec::new(),
    }))
}

/// Text that names the record of this side and no other.
fn exactly(side: Side, id: &str) -> String {
    format!("{}:{id}", side.as_str())
}

async fn find(app: &App, account: &str, side: Side, named: Named<'_>) -> Result<Vec<RecordMemory>> {
    let look = async |text: String| look_up(&*app.ledger, account, Kind::WorkOrder, &text).await;
    match named {
        Named::Id(id) => look(exactly(side, id)).await,
        Named::Number(number) => Ok(numbered(look(number.to_owned()).await?, side, number)),
        Named::Request(request) => {
            let mut found = numbered(look(request.to_owned()).await?, side, request);
            for place in 1..=OF_A_REQUEST {
                let number = format!("{request}-{place}");
                found.extend(numbered(look(number.clone()).await?, side, &number));
            }
            Ok(found)
        }
        Named::Slug(slug) => {
            let mut found = Vec::new();
            for one in app.ledger.by_slug(account, slug).await? {
                found.extend(look(exactly(Side::Latchel, &one.id.to_string())).await?);
            }
            Ok(found)
        }
    }
}

/// Those of the memories whose number on this side it is: what people type may be an id or the other side's number too.
fn numbered(mut found: Vec<RecordMemory>, side: Side, number: &str) -> Vec<RecordMemory> {
    found.retain(|memory| match memory.link.as_deref() {
        Some(link) if side == Side::Platform => link.platform_number.as_deref() == Some(number),
        Some(link) => link.latchel_number.as_deref() == Some(number),
        None => {
            let label = memory.outcome.as_deref().map(|outcome| outcome.label.as_str()).unwrap_or_default();
            let called = label.strip_prefix('#').and_then(|label| label.split(' ').next());
            memory.key.side == side && called == Some(number)
        }
    });
    found
}

/// Address of the work order's page on the side that is not looked at, as far as it is known.
async fn elsewhere(app: &App, one: &Account, side: Side, told: &Banner) -> Result<Option<String>> {
    match side {
        Side::Latchel => {
            let id = told.platform_id.as_deref();
            Ok(id.and_then(|id| one.pages.platform.of_work_order(id, told.platform_number.as_deref(), None)))
        }
        Side::Platform => match told.latchel_id {
            Some(id) => latchel_page(app, one, JobId(id), told.latchel_number.as_deref()).await,
            None => Ok(None),
        },
    }
}

/// Address of a work order's page in Latchel, which may need a word that only a mirror keeps.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn latchel_page(
    app: &App,
    one: &Account,
    id: JobId,
    number: Option<&str>,
) -> Result<Option<String>> {
    let mirrored = app.ledger.by_id(one.name(), Kind::WorkOrder, &[id.0]).await?;
    let slug = mirrored.first().and_then(|mirrored| mirrored.slug.as_deref());
    Ok(one.pages.latchel.of_work_order(&id.to_string(), number, slug))
}
