use mock_pms::{FaultPlan, World};

/// A world file.
pub fn world(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(world) = World::from_json(text) else { return };
    world.platform_today();
    let again = World::from_json(&world.to_json()).expect("a world reads what it wrote");
    if world.clock.mode() == mock_pms::world::ClockMode::Frozen {
        assert_eq!(again, world);
    }
}

/// A file of planned faults.
pub fn faults(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(plan) = FaultPlan::from_json(text) else { return };
    let written = serde_json::to_string(&plan).expect("a plan is JSON");
    assert_eq!(FaultPlan::from_json(&written).expect("a plan reads what it wrote"), plan);
}
