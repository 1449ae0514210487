//! [`Platform::find_by_marker`](latchel_sync_core::Platform::find_by_marker).

use latchel_sync_core::MarkerPlace;
use latchel_sync_core::model::{JobId, Marker};

use super::create_work_order::{able, new};
use crate::expect::same;
use crate::far_side::Setup;
use crate::report::{Stop, Verdict};

/// Two work orders with one marker, as after a create that was repeated by somebody else.
pub async fn none_one_or_several(setup: &dyn Setup) -> Verdict {
    let bench = able(setup).await?;
    if bench.platform.capabilities().marker == MarkerPlace::IdempotencyKey {
        return Err(Stop::no_notion("the platform honours the marker itself"));
    }
    let marker = Marker::for_job(JobId(77));
    same("what carries it before", &bench.platform.find_by_marker(&marker).await?.len(), &0)?;
    bench.platform.create_work_order(&new(&bench, "Doubled").await?, &marker).await?;
    same("what carries it then", &bench.platform.find_by_marker(&marker).await?.len(), &1)?;
    bench.far.double_newest_work_order().await?;
    same("what carries it when there are two", &bench.platform.find_by_marker(&marker).await?.len(), &2)
}

/// Markers that begin, end or go on like each other.
pub async fn compared_whole(setup: &dyn Setup) -> Verdict {
    let bench = able(setup).await?;
    let mut ids = Vec::new();
    for job in [12, 123, 312] {
        let new = new(&bench, &format!("Work of {job}")).await?;
        let marker = Marker::for_job(JobId(job));
        ids.push((marker, bench.platform.create_work_order(&new, &marker).await?));
    }
    for (marker, id) in &ids {
        let found = bench.platform.find_by_marker(marker).await?;
        same(&format!("what carries {marker}"), &found, &vec![id.clone()])?;
    }
    for job in [1, 2, 3, 1_234] {
        let marker = Marker::for_job(JobId(job));
        same(&format!("what carries {marker}"), &bench.platform.find_by_marker(&marker).await?, &vec![])?;
    }
    Ok(())
}
