//! The scenes that several steps share, each made when it is first wanted.

use std::path::Path;

use anyhow::{Result, ensure};

use super::Sizes;
use crate::far::{Holdings, Vendor};
use crate::scene::{Limits, Scene};

/// Since long before the far side's rows last changed.
pub const EVER: &str = "3650d";

/// Scenes with few linked records, one for each vendor, and one with many. Each step leaves the rows settled.
pub struct Scenes {
    pub sizes: Sizes,
    few: [Option<Scene>; 2],
    many: Option<Scene>,
}

impl Scenes {
    pub fn new(sizes: Sizes) -> Self {
        Self { sizes, few: [None, None], many: None }
    }

    /// Few records of this vendor.
    pub fn few(&mut self, vendor: Vendor) -> Result<&Scene> {
        let [buildium, propertyware] = &mut self.few;
        let scene = if vendor == Vendor::Buildium { buildium } else { propertyware };
        wanted(scene, vendor, self.sizes.records, self.sizes.ledgers.as_deref())
    }

    /// Many records, of Buildium.
    pub fn many(&mut self) -> Result<&Scene> {
        wanted(&mut self.many, Vendor::Buildium, self.sizes.many, self.sizes.ledgers.as_deref())
    }
}

fn wanted<'a>(
    scene: &'a mut Option<Scene>,
    vendor: Vendor,
    records: u64,
    ledgers: Option<&Path>,
) -> Result<&'a Scene> {
    Ok(match scene {
        Some(scene) => scene,
        None => scene.insert(linked(vendor, records, ledgers)?),
    })
}

/// A far side with so many records, and a ledger that links them all; they changed long ago. The ledger is that of an
/// earlier time, if `ledgers` has it.
fn linked(vendor: Vendor, records: u64, ledgers: Option<&Path>) -> Result<Scene> {
    let scene = Scene::start(Holdings { vendor, units: records, residents: 0, counterparts: records })?;
    scene.configure(Limits::Lifted, "")?;
    let kept = ledgers.map(|folder| folder.join(format!("{}-{records}-linked.sqlite", vendor.name())));
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
