//! Cargo and what it builds, out of a test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Cargo without what the cargo that runs this test has told it of its own package: build scripts look at that, and would
/// be run again, with all that needs them.
pub fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    for (name, _) in std::env::vars_os() {
        let own = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_", "CARGO_PRIMARY_"];
        if name.to_str().is_some_and(|name| own.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
    command
}

/// Arguments with which cargo builds in another workspace as in this one, so that both share what they build. There our crates
/// are dependencies, which would otherwise be built without the lines that a panic names.
pub fn as_here() -> [String; 2] {
    static CONFIG: LazyLock<String> = LazyLock::new(|| {
        let manifest = include_str!("../../../Cargo.toml");
        let (_, behind) = manifest.split_once("[profile.dev]").expect("a profile");
        let (profile, _) = behind.split_once("[profile.release]").expect("an end of it");
        let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");
        let lock = std::fs::read_to_string(lock).expect("the lock file");
        // Packages without a source are ours. The last table of the profile is that of the packages.
        let ours = lock.split("[[package]]").skip(1).filter(|package| !package.contains("source = "));
        let names = ours.filter_map(|package| package.split('"').nth(1));
        let lines: String = names.map(|name| format!("{name}.debug = \"line-tables-only\"\n")).collect();
        let config = Path::new(env!("CARGO_TARGET_TMPDIR")).join("as_here.toml");
        std::fs::write(&config, format!("[profile.dev]{profile}{lines}")).expect("it can be written");
        config.display().to_string()
    });
    ["--config".to_owned(), CONFIG.clone()]
}

/// `target/PROFILE`, where this test was built.
pub fn profile() -> PathBuf {
    let test = std::env::current_exe().expect("this test's path");
    test.parent().and_then(Path::parent).expect("target/PROFILE").to_owned()
}

/// The binary, built from what stands here now, beside this test's own; or the one that `LATCHEL_SYNC_BINARY` names.
pub fn binary() -> PathBuf {
    if let Some(built) = std::env::var_os("LATCHEL_SYNC_BINARY") {
        return built.into();
    }
    static BUILT: std::sync::Once = std::sync::Once::new();
    BUILT.call_once(|| {
        let built = cargo()
            .args(["build", "--quiet", "--package", "latchel-sync", "--bin", "latchel-sync"])
            .status()
            .expect("cargo runs");
        assert!(built.success(), "latchel-sync does not build");
    });
    profile().join("latchel-sync")
}
