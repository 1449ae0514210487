//! [`Platform::property_groups`](latchel_sync_core::Platform::property_groups).

use latchel_sync_core::model::Kind;

use crate::bench::Bench;
use crate::expect::{ensure, same};
use crate::far_side::Setup;
use crate::report::{Stop, Verdict};

/// A group with one of two properties.
pub async fn each_with_its_properties(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let inside = bench.add(Kind::Property, "Inside").await?;
    bench.add(Kind::Property, "Outside").await?;
    bench.far.add_group("North side", &[inside]).await?;
    let groups = bench.platform.property_groups().await?;
    if !bench.platform.capabilities().property_groups {
        ensure!(groups.is_empty(), "a platform without groups must have none, and has {groups:?}");
        return Ok(());
    }
    let expected = vec![bench.property("Inside").await?.id.property];
    let Some(group) = groups.iter().find(|group| group.properties == expected) else {
        return Err(Stop::failed(format!("a group of {expected:?} must be there: {groups:?}")));
    };
    if group.name == group.id.as_str() {
        return Err(Stop::no_notion("its groups come without names"));
    }
    same("the name of the group", group.name.as_str(), "North side")
}
