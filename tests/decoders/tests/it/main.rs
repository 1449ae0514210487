//! The corpus of every fuzz target, on any toolchain.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use decoders::TARGETS;
use latchel_sync_core::registry::platforms;

/// The corpus is kept small enough to be read.
const MOST_BYTES: usize = 300_000;

fn fuzz() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn names(folder: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(fuzz().join(folder)).expect("a folder");
    let name = |file: std::io::Result<std::fs::DirEntry>| file.expect("a file").file_name().into_string();
    files.map(|file| name(file).expect("a name")).collect()
}

#[test]
fn every_input_of_the_corpus_keeps_what_must_hold() {
    let mut bytes = 0;
    let mut failed = Vec::new();
    for (target, decode) in TARGETS {
        let corpus = names(&format!("corpus/{target}"));
        assert!(!corpus.is_empty(), "{target} has no seeds");
        for name in corpus {
            let input = std::fs::read(fuzz().join("corpus").join(target).join(&name)).expect("a file");
            bytes += input.len();
            if std::panic::catch_unwind(|| decode(&input)).is_err() {
                failed.push(format!("{target}/{name}"));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
    assert!(bytes < MOST_BYTES, "{bytes} bytes: minimise the corpus with `cargo fuzz cmin`");
}

#[test]
fn every_target_is_everywhere() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("corpus"), targets);
    let files: BTreeSet<String> = targets.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names("fuzz_targets"), files);
    let manifest = std::fs::read_to_string(fuzz().join("Cargo.toml")).expect("a manifest");
    for target in &targets {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is not in fuzz/Cargo.toml");
    }
}

#[test]
fn every_platform_has_a_target() {
    for adapter in platforms() {
        let has = TARGETS.iter().any(|(target, _)| *target == adapter.name);
        assert!(has, "{} has no fuzz target: see CONTRIBUTING.md", adapter.name);
    }
}
