//! The scenes that several steps share, each made when it is first wanted.

use std::path::Path;

use anyhow::{Result, ensure};

use super::Sizes;
use crate::far::Holdings;
use crate::scene::Scene;

/// Since long before the far side's rows last changed.
pub const EVER: &str = "3650d";

/// A scene with few linked records and one with many. Each step leaves the rows settled.
pub struct Scenes {
    pub sizes: Sizes,
    few: Option<Scene>,
    many: Option<Scene>,
}

impl Scenes {
    pub fn new(sizes: Sizes) -> Self {
        Self { sizes, few: None, many: None }
    }

    pub fn few(&mut self) -> Result<&Scene> {
        wanted(&mut self.few, self.sizes.records, self.sizes.ledgers.as_deref())
    }

    pub fn many(&mut self) -> Result<&Scene> {
        wanted(&mut self.many, self.sizes.many, self.sizes.ledgers.as_deref())
    }
}

fn wanted<'a>(scene: &'a mut Option<Scene>, records: u64, ledgers: Option<&Path>) -> Result<&'a Scene> {
    Ok(match scene {
        Some(scene) => scene,
        None => scene.insert(linked(records, ledgers)?),
    })
}

/// A far side with so many records, and a ledger that links them all; they changed long ago. The ledger is that of an
/// earlier time, if `ledgers` has it.
fn linked(records: u64, ledgers: Option<&Path>) -> Result<Scene> {
    let scene = Scene::start(Holdings { units: records, residents: 0, counterparts: records })?;
    scene.configure(1_000, "")?;
    let kept = ledgers.map(|folder| folder.join(format!("{records}-linked.sqlite")));
    if let Some(kept) = kept.as_ref().filter(|kept| kept.exists()) {
        std::fs::copy(kept, scene.ledger())?;
        return Ok(scene);
    }
    let (_, run) = scene.sync(&["--only", "properties", "--since", EVER])?;
    run.succeeded()?;
    ensure!(run.count("property_unchanged") == records, "not all are linked: {:?}", run.counts());
    if let Some(kept) = kept {
        std::fs::copy(scene.ledger(), kept)?;
    }
    Ok(scene)
}
