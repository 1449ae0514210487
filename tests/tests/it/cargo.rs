//! Cargo and what it builds, out of a test.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Cargo without what the cargo that runs this test has told it of its own package: build scripts look at that, and would
/// be run again, with all that needs them.
pub fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    // What a test builds is not ours to lint.
    command.env_remove("RUSTC_WRAPPER");
    for (name, _) in std::env::vars_os() {
        let own = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_", "CARGO_PRIMARY_"];
        if name.to_str().is_some_and(|name| own.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
    command
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
