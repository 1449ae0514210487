//! Every adapter's folder is registered, which the linker would undo silently if nobody named its crate.

use std::collections::BTreeSet;
use std::path::Path;

use adapters as _;
use latchel_sync_core::registry;

#[test]
fn every_folder_under_adapters_is_registered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters");
    let folders: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder adapters/")
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let platforms = registry::platforms().into_iter().map(|adapter| adapter.name);
    let registered: BTreeSet<String> = platforms
        .chain(registry::latchels().into_iter().map(|adapter| adapter.name))
        .map(str::to_owned)
        .collect();
    assert_eq!(folders, registered);
}
