//! Every adapter that this build of latchel-sync links.
//!
//! An adapter registers itself through `inventory`. The linker drops a crate that no code names, and its registration with
//! it. This is the one place that names the adapters' crates; a crate that needs the registry writes `use adapters as _;`.
#![deny(unused_crate_dependencies)]

#[cfg(feature = "appfolio")]
use adapter_appfolio as _;
#[cfg(feature = "appfolio-reports")]
use adapter_appfolio_reports as _;
#[cfg(feature = "buildium")]
use adapter_buildium as _;
#[cfg(feature = "doorloop")]
use adapter_doorloop as _;
#[cfg(feature = "latchel")]
use adapter_latchel as _;
#[cfg(feature = "latchel-gateway")]
use adapter_latchel_gateway as _;
#[cfg(feature = "propertyware")]
use adapter_propertyware as _;
#[cfg(feature = "rentmanager")]
use adapter_rentmanager as _;
#[cfg(feature = "rentvine")]
use adapter_rentvine as _;
