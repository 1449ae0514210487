//! `adapters new`: what it writes compiles without a warning, and its tests fail with what to do next.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::cargo::binary;
use crate::copies::{cargo, copy_of, of_their_own_version, repository, tests_alone, with_guests};

/// Prefix of the line that the skeleton shows for each of its steps that is not done.
const NEXT: &str = "next: ";

fn new(args: &[&str], path: &Path) -> Output {
    let mut command = Command::new(binary());
    command.args(["adapters", "new"]).args(args).arg("--path").arg(path).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Builds a package's tests, which must not even warn, and returns what they print; they must fail.
fn failing_tests(workspace: &Path, args: &[&str]) -> String {
    let built = cargo(workspace, &[&["test", "--offline", "--no-run"], args].concat());
    let said = text(&built.stderr);
    assert!(built.status.success() && !said.contains("warning"), "{args:?}: {said}");
    let run = cargo(workspace, &[&["test", "--offline"], args].concat());
    assert!(!run.status.success(), "nothing is written yet, and the tests pass");
    text(&run.stdout)
}

/// The steps that passed and those that failed; each of the latter says what is next.
fn steps(printed: &str) -> (Vec<&str>, Vec<&str>) {
    let of = |end: &str| -> Vec<_> {
        let lines = printed.lines().filter_map(|line| line.strip_prefix("test ")?.strip_suffix(end));
        let mut steps: Vec<_> = lines.filter_map(|name| name.rsplit("::").next()).collect();
        steps.sort_unstable();
        steps
    };
    let (passed, failed) = (of(" ... ok"), of(" ... FAILED"));
    let told = printed.lines().filter(|line| line.starts_with(NEXT)).count();
    assert!(told >= failed.len(), "{} steps failed, and {told} say what is next: {printed}", failed.len());
    (passed, failed)
}

#[test]
fn a_new_adapter_of_the_repository_compiles_and_says_step_by_step_what_is_next() {
    let copy = copy_of(&repository(), "repository");
    of_their_own_version(&copy, &["adapters", "mock-pms"]);
    let written = new(&["harbor", "--title", "Harbor Homes"], &copy.join("core"));
    assert!(written.status.success(), "{}", text(&written.stderr));
    assert!(!text(&written.stderr).contains("add to"), "every line has its place: {}", text(&written.stderr));
    let formatted = cargo(&copy, &["fmt", "--package", "adapter-harbor", "--check"]);
    let said = text(&[formatted.stdout, formatted.stderr].concat());
    assert!(formatted.status.success(), "{said}");

    let again = new(&["harbor"], &copy);
    let said = text(&again.stderr);
    assert!(again.status.code() == Some(3) && said.contains("adapters/harbor is there already"), "{said}");

    // The form for GraphQL is built beside it.
    let written = new(&["quay", "--graphql"], &copy);
    assert!(written.status.success(), "{}", text(&written.stderr));
    let formatted = cargo(&copy, &["fmt", "--package", "adapter-quay", "--check"]);
    let said = text(&[formatted.stdout, formatted.stderr].concat());
    assert!(formatted.status.success(), "{said}");

    tests_alone(&copy.join("mock-pms"), "dialect");
    let (passed, failed) = (["step_01_only_the_token_opens"], 6);
    let dialect = failing_tests(&copy, &["--workspace", "--test", "dialect", "harbor::"]);
    assert_eq!((&steps(&dialect).0[..], steps(&dialect).1.len()), (&passed[..], failed), "{dialect}");

    tests_alone(&copy.join("adapters/harbor"), "harbor");
    let (passed, failed) = (["step_01_the_account_is_checked"], 11);
    tests_alone(&copy.join("adapters/quay"), "quay");
    for adapter in ["harbor", "quay"] {
        let printed = failing_tests(&copy, &["--workspace", "--test", adapter]);
        assert_eq!((&steps(&printed).0[..], steps(&printed).1.len()), (&passed[..], failed), "{printed}");
    }

    // The suite finds the pair, connects, and fails with the same words.
    tests_alone(&copy.join("conformance"), "suite");
    let suite = failing_tests(&copy, &["--workspace", "--test", "suite", "harbor::users"]);
    assert!(suite.contains("next: list whom a work order can be assigned to"), "{suite}");
}

/// This crate is not built in the copy: that would take as long as all the rest.
#[test]
fn the_tests_of_the_whole_command_call_what_is_here() {
    let template = include_str!("../../../scaffold/templates/dialect/command.rs.in");
    let platforms = include_str!("platforms.rs");
    let (_, behind) = template.split_once("use crate::platforms::{").expect("they use it");
    let (names, _) = behind.split_once('}').expect("an end");
    for name in names.split(", ") {
        assert!(platforms.contains(&format!("pub async fn {name}(")), "{name}");
        assert!(template.contains(&format!(" {name}(")), "{name} is not called");
    }
}

#[test]
fn a_new_adapter_of_a_workspace_of_ones_own_compiles_and_says_what_is_next() {
    let copy = copy_of(&repository().join("examples/private-adapter"), "workspace");
    let written = new(&["harbor"], &copy);
    let said = text(&written.stderr);
    assert!(written.status.success() && said.contains("add to src/main.rs"), "{said}");
    let manifest = copy.join("Cargo.toml");
    let members = fs::read_to_string(&manifest).expect("it");
    let members = members.replace("[\"adapter-notebook\"]", "[\"adapter-harbor\", \"adapter-notebook\"]");
    fs::write(&manifest, members).expect("it can be written");

    let joined = with_guests(&copy, "workspace-joined");
    tests_alone(&joined.join("examples/private-adapter/adapter-harbor"), "own-harbor");
    let printed = failing_tests(&joined, &["--workspace", "--test", "own-harbor"]);
    let (passed, failed) = steps(&printed);
    assert_eq!((&passed[..], failed.len()), (&["step_01_the_account_is_checked"][..], 12), "{printed}");
}

#[test]
fn a_name_or_a_folder_that_cannot_be_is_refused_and_nothing_is_written() {
    let folder = tempfile::TempDir::new().expect("a folder");
    for (name, path, said) in [
        ("harbor", folder.path().to_owned(), "there is no Cargo workspace"),
        ("harbor", folder.path().join("missing"), "missing"),
        ("Harbor Homes", repository(), "cannot be an adapter's name"),
        ("loop", repository(), "it is taken"),
        ("buildium", repository(), "adapters/buildium is there already"),
    ] {
        let refused = new(&[name], &path);
        let error = text(&refused.stderr);
        assert!(refused.status.code() == Some(3) && error.contains(said), "{name}: {error}");
        assert!(!error.contains("wrote"), "{error}");
    }
}
