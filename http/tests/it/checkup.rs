//! The test of a connection.

use latchel_sync_core::{Error, ErrorKind, FindingLevel, Probe, Result};
use latchel_sync_http::Checkup;

fn failure(kind: ErrorKind) -> Result<()> {
    Err(Error::new(kind, "No."))
}

fn said(probe: Probe) -> Vec<(FindingLevel, String, String)> {
    probe.findings.into_iter().map(|one| (one.level, one.subject, one.remedy)).collect()
}

#[tokio::test]
async fn a_missing_permission_is_a_finding_with_its_remedy_and_the_rest_is_asked_for_all_the_same() {
    let mut checkup = Checkup::of("key", "Make one.");
    assert_eq!(
        checkup.need("units", "Permit units.", async { failure(ErrorKind::Forbidden) }).await.ok(),
        Some(None)
    );
    assert_eq!(checkup.need("tasks", "Permit tasks.", async { Ok(7) }).await.ok(), Some(Some(7)));
    assert_eq!(checkup.want(async { failure(ErrorKind::Forbidden) }).await.ok(), Some(None));
    assert!(!checkup.is_complete());
    assert_eq!(
        said(checkup.finish()),
        [
            (FindingLevel::Ok, "key".to_owned(), String::new()),
            (FindingLevel::Error, "units".to_owned(), "Permit units.".to_owned()),
        ]
    );
}

#[tokio::test]
async fn once_the_credentials_are_refused_nothing_else_is_asked_for_or_said() {
    let mut checkup = Checkup::of("key", "Make one.");
    let _ = checkup.need("units", "Permit units.", async { failure(ErrorKind::Forbidden) }).await;
    let _ = checkup.need("tasks", "Permit tasks.", async { failure(ErrorKind::Unauthorized) }).await;
    let unasked = checkup.need("users", "Permit users.", async { panic!("nobody asks") });
    assert_eq!(unasked.await.ok(), Some(None::<()>));
    assert!(checkup.is_refused());
    assert_eq!(said(checkup.finish()), [(FindingLevel::Error, "key".to_owned(), "Make one.".to_owned())]);
}

#[tokio::test]
async fn a_far_side_that_is_down_is_an_error_and_one_that_hides_things_may_be_told() {
    let mut checkup = Checkup::of("key", "Make one.");
    let down = checkup.need("units", "Permit units.", async { failure(ErrorKind::Unavailable) }).await;
    assert_eq!(down.err().map(|error| error.kind()), Some(ErrorKind::Unavailable));
    let hidden = checkup.need("units", "Permit units.", async { failure(ErrorKind::NotFound) }).await;
    assert_eq!(hidden.err().map(|error| error.kind()), Some(ErrorKind::NotFound));

    let mut hiding = Checkup::of("key", "Make one.").hidden_is_missing();
    let hidden = hiding.need("units", "Permit units.", async { failure(ErrorKind::NotFound) }).await;
    assert_eq!(hidden.ok(), Some(None));
    assert!(!hiding.is_complete());
}
