//! Manifests of the workspace's crates.

use std::fs;
use std::path::Path;

use crate::copies::repository;

/// Counts the files of Rust below a folder that hold this text.
fn files_with(folder: &Path, text: &str) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let count = |path: &Path| match path.is_dir() {
        true => files_with(path, text),
        false => usize::from(fs::read_to_string(path).is_ok_and(|content| content.contains(text))),
    };
    entries.flatten().map(|entry| count(&entry.path())).sum()
}

#[test]
fn a_library_whose_unit_tests_are_not_run_has_none() {
    let root = repository();
    let of = |folder: &str| {
        let entries = fs::read_dir(root.join(folder)).expect("a folder").flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let mut untested = 0;
    for one in [of(""), of("adapters"), of("tests")].concat() {
        let Ok(manifest) = fs::read_to_string(one.join("Cargo.toml")) else { continue };
        let Some((_, library)) = manifest.split_once("[lib]") else { continue };
        let library = library.split("\n[").next().unwrap_or_default();
        if library.contains("test = false") {
            untested += 1;
            assert_eq!(files_with(&one.join("src"), "#[cfg(test)]"), 0, "{}", one.display());
        }
    }
    assert!(untested >= 4, "only {untested}");
}
