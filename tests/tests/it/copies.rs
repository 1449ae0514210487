//! Copies of this repository, built with its target folder. Cargo knows a member of a workspace by its name, version and place in
//! there, and what it is made of by the times of its files: what stands in a copy as it stands here is not built again.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Crates of a workspace of somebody's own, as they stand in a copy.
const GUESTS: &str = "examples/private-adapter";

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A copy of a folder of the repository, always in the same place for the same name.
pub fn copy_of(folder: &Path, name: &str) -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    mirror(folder, &copy);
    copy
}

/// Makes `copy` hold what `folder` holds, with the same times, but for what is built and for history.
fn mirror(folder: &Path, copy: &Path) {
    fs::create_dir_all(copy).expect("a folder");
    let skipped = |name: &OsStr| [".git", "target", "corpus"].iter().any(|one| name == *one);
    let names = |of: &Path| -> BTreeSet<_> {
        let entries = fs::read_dir(of).expect("a folder").flatten();
        entries.map(|entry| entry.file_name()).filter(|name| !skipped(name)).collect()
    };
    let wanted = names(folder);
    for gone in names(copy).difference(&wanted) {
        let gone = copy.join(gone);
        if gone.is_dir() { fs::remove_dir_all(gone) } else { fs::remove_file(gone) }
            .expect("it can be removed");
    }
    for name in &wanted {
        let (from, to) = (folder.join(name), copy.join(name));
        if from.is_dir() {
            mirror(&from, &to);
        } else {
            let text = fs::read(&from).expect("a file");
            if fs::read(&to).ok().as_ref() != Some(&text) {
                fs::write(&to, text).expect("it can be written");
            }
            let times = fs::metadata(&from).and_then(|known| known.modified()).expect("a time");
            let file = fs::File::options().append(true).open(&to).expect("the copy");
            file.set_modified(times).expect("a time can be set");
        }
    }
}

/// Gives crates of a copy that are changed there a version of their own, so that they and what needs them are told from ours.
pub fn of_their_own_version(copy: &Path, crates: &[&str]) {
    for one in crates {
        let manifest = copy.join(one).join("Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("the manifest");
        let other = text.replacen("version.workspace = true", "version = \"99.0.0\"", 1);
        assert_ne!(text, other, "{one} takes its version from the workspace");
        fs::write(&manifest, other).expect("it can be written");
    }
}

/// A copy of the repository in which a workspace of somebody's own is a part: there cargo would take our crates for others than
/// those that are built here, and build all of them again.
pub fn with_guests(workspace: &Path, name: &str) -> PathBuf {
    let copy = copy_of(&repository(), name);
    mirror(workspace, &copy.join(GUESTS));
    let manifest = copy.join(GUESTS).join("Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("the manifest");
    let (_, rest) = text.split_once("[workspace]").expect("a workspace");
    let (workspace, package) = rest.split_once("[package]").expect("a package");
    let path = text.lines().find_map(|line| line.strip_prefix("latchel-sync = { path = \"")).expect("a path");
    let package = package.replace(path.split('"').next().expect("an end"), "../../cli");
    fs::write(&manifest, format!("[package]{package}")).expect("it can be written");
    // The binary is built for a test that needs it.
    let tests = copy.join(GUESTS).join("tests");
    fs::create_dir_all(&tests).expect("a folder");
    let needs =
        "#[test]\nfn it_is_built() {\n    assert!(!env!(\"CARGO_BIN_EXE_my-latchel-sync\").is_empty());\n}\n";
    fs::write(tests.join("guest.rs"), needs).expect("it can be written");

    let listed = workspace.lines().find_map(|line| line.strip_prefix("members = [")).expect("members");
    let members: String = listed
        .trim_end_matches(']')
        .split(',')
        .map(|member| format!("\"{GUESTS}/{}\", ", member.trim().trim_matches('"')))
        .collect();
    let root = copy.join("Cargo.toml");
    let text = fs::read_to_string(&root).expect("the manifest");
    let grown = text.replacen("members = [", &format!("members = [\"{GUESTS}\", {members}"), 1);
    fs::write(&root, grown).expect("it can be written");
    copy
}

/// Gives a package's end-to-end tests a name that no other package's have, so that cargo can be asked for them out of the
/// whole workspace. Of one package alone it would build every dependency again, with the features that this one needs.
pub fn tests_alone(package: &Path, name: &str) {
    fs::rename(package.join("tests/it"), package.join("tests").join(name)).expect("it has tests");
    let manifest = package.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("the manifest");
    let named = text.replace("[[test]]\nname = \"it\"", &format!("[[test]]\nname = \"{name}\""));
    fs::write(&manifest, named).expect("it can be written");
}

/// Cargo in a workspace, with this workspace's target folder.
pub fn cargo(workspace: &Path, args: &[&str]) -> Output {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("target");
    let mut command: Command = crate::cargo::cargo();
    command.args(args).current_dir(workspace).env("CARGO_TARGET_DIR", target).env("RUST_BACKTRACE", "0");
    command.output().expect("cargo runs")
}
