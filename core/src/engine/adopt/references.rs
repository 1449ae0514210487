//! References of linked records in Latchel, in place of those that another program left (rule A2).

use super::Refusal;
use crate::engine::context::Context;
use crate::engine::driver::held::update_held;
use crate::engine::phases::create::unconfirmed;
use crate::model::{
    JobId, Kind, LatchelPropertyId, LatchelResidentId, Link, PropertyRef, ResidentRef, WorkOrderId,
};
use crate::{Error, ErrorKind, LatchelReference, Result};

/// Result of writing the references of some links.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Number of those that were written and read back.
    pub count: u64,
    pub refused: Vec<Refusal>,
}

/// Has each linked record of Latchel carry the platform's reference. One that carries it already costs no write.
///
/// # Errors
///
/// An error that every further write would meet too: a lost lease, wrong credentials, writes that are off.
pub(super) async fn write(cx: &Context<'_>, links: &[Link]) -> Result<Written> {
    if let Some(held) = update_held(cx).await? {
        return Err(Error::new(ErrorKind::Unsupported, "references cannot be written to Latchel now")
            .with("reason", held.reason));
    }
    let mut written = Written::default();
    for link in links {
        cx.stop.check()?;
        match cx.writing(one(cx, link)).await {
            Ok(wrote) => written.count += u64::from(wrote),
            Err(error) if error.ends_the_run() => return Err(error),
            Err(error) => written.refused.push(Refusal {
                kind: link.kind,
                platform_id: link.platform_id.clone(),
                latchel_id: link.latchel_id,
                why: format!("linked, but its reference was not written: {error}"),
            }),
        }
    }
    Ok(written)
}

/// Writes one reference and reads it back. False if it stood there already.
async fn one(cx: &Context<'_>, link: &Link) -> Result<bool> {
    let reference = wanted(link)?;
    cx.latchel().refresh(link.kind, link.latchel_id).await?;
    if carries(cx, &reference).await? {
        return Ok(false);
    }
    cx.latchel().set_reference(&reference).await?;
    if carries(cx, &reference).await? { Ok(true) } else { Err(unconfirmed("the reference")) }
}

/// The reference that a linked record is to carry.
fn wanted(link: &Link) -> Result<LatchelReference> {
    Ok(match link.kind {
        Kind::Property => LatchelReference::Property(
            LatchelPropertyId(link.latchel_id),
            PropertyRef::from_key(&link.platform_id),
        ),
        Kind::Resident => {
            let reference = ResidentRef::from_key(&link.platform_id).ok_or_else(|| {
                Error::new(ErrorKind::Malformed, "no id of a resident").with("id", &link.platform_id)
            })?;
            LatchelReference::Resident(LatchelResidentId(link.latchel_id), reference)
        }
        Kind::WorkOrder => LatchelReference::WorkOrder {
            job: JobId(link.latchel_id),
            work_order: WorkOrderId::new(link.platform_id.clone()),
            number: link.platform_number.clone().unwrap_or_default(),
        },
    })
}

async fn carries(cx: &Context<'_>, reference: &LatchelReference) -> Result<bool> {
    let latchel = cx.latchel();
    Ok(match reference {
        LatchelReference::Property(id, wanted) => {
            let read = latchel.properties_by_id(&[*id]).await?;
            read.iter().any(|one| one.reference.as_ref() == Some(wanted))
        }
        LatchelReference::Resident(id, wanted) => {
            let read = latchel.residents_by_id(&[*id]).await?;
            read.iter().any(|one| one.reference.as_ref() == Some(wanted))
        }
        LatchelReference::WorkOrder { job, work_order, .. } => {
            let read = latchel.jobs_by_id(&[*job]).await?;
            read.iter().any(|one| one.work_order.as_ref() == Some(work_order))
        }
    })
}
