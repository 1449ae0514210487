use latchel_sync_core::model::{JobId, Marker};

use crate::bench::{Bench, heading, property_of};
use crate::checks::create_work_order::{able, new, read};
use crate::expect::{ensure, same};
use crate::far_side::Setup;
use crate::records::NewWorkOrder;
use crate::report::Verdict;

/// Scripts of both directions, marks that combine, four-byte characters, and what JSON, HTML and addresses treat as
/// their own.
const TEXT: &str = "Zoë 東京 שלום 🛠️ e\u{301} \"q\" \\ <b>&amp;</b> 100%25 +1";

/// Texts that come from the platform.
pub async fn texts_arrive(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let property = format!("Court {TEXT}");
    bench.far.add_property(&property_of(&property, &[TEXT])).await?;
    same("the unit's name", &bench.property(&property).await?.unit_name, &Some(TEXT.to_owned()))?;
    bench.far.add_resident(&bench.resident(TEXT)).await?;
    same("the resident's name", &bench.resident_named(TEXT).await?.name, &format!("Kim {TEXT}"))?;
    let description = format!("{TEXT}\nSecond line\tand a tab");
    let new = NewWorkOrder { description: description.clone(), ..bench.work_order(TEXT) };
    bench.far.add_work_order(&new).await?;
    same("the description", &bench.titled(TEXT).await?.description, &description)
}

/// Texts that are sent to the platform.
pub async fn texts_are_sent(setup: &dyn Setup) -> Verdict {
    let bench = able(setup).await?;
    let mut new = new(&bench, TEXT).await?;
    new.description = format!("{TEXT}\nSecond line");
    let id = bench.platform.create_work_order(&new, &Marker::for_job(JobId(5))).await?;
    let read = read(&bench, &id).await?;
    same("the title", heading(&read), TEXT)?;
    ensure!(
        read.description.contains(&new.description),
        "the description must be kept: {:?}",
        read.description
    );
    Ok(())
}
