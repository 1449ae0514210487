//! Every adapter's folder is registered, which the linker would undo silently if nobody named its crate.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use adapters as _;
use latchel_sync_core::registry::{self, PageAddresses, PageOverrides, PageTemplate};

fn folders(adapters: &Path) -> BTreeSet<String> {
    std::fs::read_dir(adapters)
        .expect("the folder adapters/")
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn registered() -> BTreeSet<String> {
    let platforms = registry::platforms().into_iter().map(|adapter| adapter.name);
    let latchels = registry::latchels().into_iter().map(|adapter| adapter.name);
    platforms.chain(latchels).map(str::to_owned).collect()
}

#[test]
fn every_folder_under_adapters_is_registered() {
    let adapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters");
    assert_eq!(folders(&adapters), registered());
}

/// A template in a descriptor is one that the configuration could give too, and comes to an address.
#[test]
fn the_addresses_of_every_platforms_pages_are_some() {
    for adapter in registry::platforms() {
        let base_url = Some("https://oak.rentvine.com");
        let own =
            PageAddresses::new(&adapter.pages, base_url, &PageOverrides::default()).expect(adapter.name);
        let text = |template: Option<PageTemplate>| template.map(|template| template.path.to_owned());
        let given = PageOverrides {
            site: Some("https://oak.example.com".to_owned()),
            work_order: text(adapter.pages.work_order),
            property: text(adapter.pages.property),
            unit: text(adapter.pages.unit),
            resident: text(adapter.pages.resident),
        };
        let known = PageAddresses::new(&adapter.pages, None, &given).expect(adapter.name);
        assert_eq!(known.work_order, own.work_order, "{}", adapter.name);
        let address = known.of_work_order("81", Some("12-1"), None).expect(adapter.name);
        let is_named = ["81", "12"].iter().any(|name| address.contains(name));
        assert!(address.starts_with("https://oak.example.com/") && is_named, "{address}");
    }
    let rentvine = registry::platforms().into_iter().find(|one| one.name == "rentvine").expect("it is there");
    let known =
        PageAddresses::new(&rentvine.pages, Some("https://oak.rentvine.com"), &PageOverrides::default());
    let address = known.expect("addresses").of_work_order("81", None, None);
    assert_eq!(address.as_deref(), Some("https://oak.rentvine.com/maintenance/work-orders/81"));
}

#[test]
fn a_folder_that_is_not_registered_is_seen() {
    let copy = tempfile::TempDir::new().expect("a folder");
    for name in registered().into_iter().chain(["forgotten".to_owned()]) {
        std::fs::create_dir(copy.path().join(&name)).expect("a folder");
        std::fs::write(copy.path().join(name).join("Cargo.toml"), "").expect("a manifest");
    }
    let unregistered: Vec<_> = folders(copy.path()).difference(&registered()).cloned().collect();
    assert_eq!(unregistered, ["forgotten"]);
}

/// Compiles the umbrella crate's text as cargo would, with every adapter crate as a dependency.
fn compile_umbrella(text: &str) -> Result<(), String> {
    let folder = tempfile::TempDir::new().expect("a folder");
    let source = folder.path().join("lib.rs");
    std::fs::write(&source, text).expect("the text");
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir"]);
    rustc.arg(folder.path()).arg(&source).arg("-L").arg(format!("dependency={}", artifacts().display()));
    for adapter in registered() {
        let adapter = adapter.replace('-', "_");
        let library = library(&format!("libadapter_{adapter}-"));
        rustc.arg("--extern").arg(format!("adapter_{adapter}={}", library.display()));
    }
    for adapter in registered() {
        rustc.arg("--cfg").arg(format!("feature=\"{adapter}\""));
    }
    let output = rustc.output().expect("rustc runs");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Folder where cargo keeps the libraries that this test is linked with.
fn artifacts() -> PathBuf {
    let test = std::env::current_exe().expect("this test's path");
    test.parent().expect("target/PROFILE/deps").to_owned()
}

/// The newest build of a library.
fn library(prefix: &str) -> PathBuf {
    let built = std::fs::read_dir(artifacts()).expect("the folder").flatten().filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with(prefix) && name.ends_with(".rlib")
    });
    let newest = built.max_by_key(|entry| entry.metadata().and_then(|data| data.modified()).ok());
    newest.expect("an adapter's library").path()
}

#[test]
fn a_crate_that_nobody_names_does_not_compile() {
    let umbrella = include_str!("../../../adapters/src/lib.rs");
    compile_umbrella(umbrella).expect("as it is, it compiles");
    let named: Vec<_> = umbrella.lines().filter(|line| line.starts_with("use adapter_")).collect();
    assert_eq!(named.len(), registered().len());
    for line in named {
        let refused = compile_umbrella(&umbrella.replace(line, "mod unnamed {}")).expect_err(line);
        assert!(refused.contains("is unused in crate"), "{line}: {refused}");
    }
}
