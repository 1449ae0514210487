//! Users, sessions, what people did, what came in and what was told.

use chrono::TimeDelta;
use latchel_sync_core::model::{Kind, RecordKey};
use uuid::Uuid;

use super::now;
use crate::desk::*;

pub fn user(name: &str, role: Role) -> User {
    User { name: name.to_owned(), role, hash: "$argon2id$x".to_owned(), is_token: false, created_at: now() }
}

fn session(id: &str, user: &str) -> Session {
    let ends = now() + TimeDelta::hours(1);
    Session { id: id.to_owned(), user: user.to_owned(), created_at: now(), expires_at: ends }
}

pub fn entry(account: Option<&str>, action: &str) -> AuditEntry {
    AuditEntry {
        id: Uuid::now_v7(),
        at: now(),
        user: "ann".to_owned(),
        account: account.map(str::to_owned),
        action: action.to_owned(),
        detail: "all phases".to_owned(),
    }
}

pub fn delivery(account: &str, digest: &str) -> Delivery {
    Delivery {
        id: Uuid::now_v7(),
        account: account.to_owned(),
        record: RecordKey::latchel(Kind::WorkOrder, 7),
        digest: digest.to_owned(),
        received_at: now(),
    }
}

async fn is_there(desk: &dyn Desk, session: &str) -> bool {
    desk.session(session, now()).await.expect("it looks").is_some()
}

pub async fn users_come_by_name_and_are_replaced(desk: &dyn Desk) {
    assert_eq!(desk.users().await.expect("nobody"), []);
    let (ann, bob) = (user("ann", Role::Viewer), User { is_token: true, ..user("bob", Role::Operator) });
    desk.put_user(&bob).await.expect("added");
    desk.put_user(&ann).await.expect("added");
    assert_eq!(desk.users().await.expect("users"), [ann, bob.clone()]);
    let promoted = user("ann", Role::Operator);
    desk.put_user(&promoted).await.expect("replaced");
    assert_eq!(desk.users().await.expect("users"), [promoted, bob.clone()]);
    assert!(desk.remove_user("ann").await.expect("removed"));
    assert!(!desk.remove_user("ann").await.expect("gone already"));
    assert_eq!(desk.users().await.expect("users"), [bob]);
}

pub async fn a_session_lasts_until_it_ends(desk: &dyn Desk) {
    let ann = user("ann", Role::Viewer);
    desk.put_user(&ann).await.expect("added");
    let (long, short) = (session("1", "ann"), session("2", "ann"));
    desk.begin_session(&long).await.expect("begun");
    desk.begin_session(&short).await.expect("begun");
    let at = async |now| desk.session("1", now).await.expect("it looks");
    assert_eq!(at(now()).await, Some((long.clone(), ann.clone())));
    assert_eq!(at(long.expires_at - TimeDelta::microseconds(1)).await, Some((long.clone(), ann)));
    assert_eq!(at(long.expires_at).await, None);
    assert_eq!(at(long.expires_at + TimeDelta::days(1)).await, None);
    desk.end_session("2").await.expect("ended");
    desk.end_session("2").await.expect("it is not there");
    assert!(!is_there(desk, "2").await);
    assert!(is_there(desk, "1").await, "another one goes on");
    assert!(!is_there(desk, "3").await);
}

pub async fn a_user_who_changes_has_no_session_any_more(desk: &dyn Desk) {
    for name in ["ann", "bob"] {
        desk.put_user(&user(name, Role::Viewer)).await.expect("added");
        desk.begin_session(&session(name, name)).await.expect("begun");
    }
    desk.put_user(&user("ann", Role::Operator)).await.expect("replaced");
    assert!(!is_there(desk, "ann").await);
    assert!(is_there(desk, "bob").await, "somebody else's goes on");
    desk.begin_session(&session("again", "ann")).await.expect("begun");
    assert!(is_there(desk, "again").await);
    desk.remove_user("ann").await.expect("removed");
    assert!(!is_there(desk, "again").await);
    desk.put_user(&user("ann", Role::Viewer)).await.expect("added");
    assert!(!is_there(desk, "again").await, "who comes back logs in again");
    desk.begin_session(&session("nobody's", "eve")).await.expect("begun");
    assert!(!is_there(desk, "nobody's").await);
}

pub async fn what_people_did_is_newest_first(desk: &dyn Desk) {
    let entries = [
        entry(Some("a"), "sync_started"),
        entry(Some("b"), "paused"),
        entry(None, "user_added"),
        entry(Some("a"), "resumed"),
    ];
    for entry in &entries {
        desk.note(entry).await.expect("noted");
    }
    let [first, second, third, fourth] = entries;
    let read =
        async |account, before, limit| desk.audit(account, before, limit).await.expect("what people did");
    let all = [fourth.clone(), third.clone(), second.clone(), first.clone()];
    assert_eq!(read(None, None, 10).await, all);
    assert_eq!(read(None, None, 3).await, all[..3]);
    assert_eq!(read(None, Some(second.id), 10).await, all[3..]);
    assert_eq!(read(Some("a"), None, 10).await, [fourth.clone(), first.clone()]);
    assert_eq!(read(Some("a"), Some(fourth.id), 10).await, [first]);
    assert_eq!(read(Some("b"), None, 10).await, [second]);
    assert_eq!(read(Some("c"), None, 10).await, []);
}

pub async fn a_paused_account_stays_so_until_it_is_resumed(desk: &dyn Desk) {
    let pause =
        |account: &str, by: &str| Pause { account: account.to_owned(), by: by.to_owned(), since: now() };
    assert_eq!(desk.pauses().await.expect("none"), []);
    desk.pause(&pause("b", "ann")).await.expect("paused");
    desk.pause(&pause("a", "ann")).await.expect("paused");
    desk.pause(&pause("b", "bob")).await.expect("it is paused already");
    assert_eq!(desk.pauses().await.expect("both"), [pause("a", "ann"), pause("b", "ann")]);
    assert!(desk.resume("b").await.expect("resumed"));
    assert!(!desk.resume("b").await.expect("it was not paused"));
    assert_eq!(desk.pauses().await.expect("one"), [pause("a", "ann")]);
}

pub async fn a_delivery_is_kept_once_and_until_it_is_worked_on(desk: &dyn Desk) {
    let open = async |account, limit| desk.deliveries(account, limit).await.expect("deliveries");
    let [first, second, third] = ["x", "y", "z"].map(|digest| delivery("a", digest));
    for delivery in [&second, &first, &third] {
        assert!(desk.accept(delivery).await.expect("kept"));
    }
    assert!(!desk.accept(&delivery("a", "x")).await.expect("it came before"));
    let elsewhere = delivery("b", "x");
    assert!(desk.accept(&elsewhere).await.expect("another account's"));
    assert_eq!(open("a", 10).await, [first.clone(), second.clone(), third.clone()], "oldest first");
    assert_eq!(open("a", 2).await, [first.clone(), second.clone()]);
    let before = |seconds| desk.left_behind(now() + TimeDelta::seconds(seconds));
    assert_eq!(before(0).await.expect("accounts"), [""; 0]);
    assert_eq!(before(1).await.expect("accounts"), ["a", "b"]);
    desk.worked_on(&[first.id, third.id]).await.expect("done");
    desk.worked_on(&[first.id, Uuid::now_v7()]).await.expect("done already, and not there");
    desk.worked_on(&[]).await.expect("nothing");
    assert_eq!(open("a", 10).await, [second]);
    assert!(!desk.accept(&delivery("a", "x")).await.expect("it came before, and was worked on"));
    assert_eq!(open("b", 10).await, std::slice::from_ref(&elsewhere));
    desk.worked_on(&[elsewhere.id]).await.expect("done");
    assert_eq!(before(1).await.expect("accounts"), ["a"], "one is left");
    let many: Vec<_> = (0..1_100).map(|number| delivery("c", &number.to_string())).collect();
    for delivery in &many {
        desk.accept(delivery).await.expect("kept");
    }
    let ids: Vec<_> = many.iter().map(|delivery| delivery.id).collect();
    desk.worked_on(&ids[..1_099]).await.expect("done");
    assert_eq!(open("c", 10).await, many[1_099..], "more than one statement names");
}

pub async fn an_alert_holds_until_it_ends(desk: &dyn Desk) {
    let alert = |account: &str, kind: &str, text: &str| Alert {
        account: account.to_owned(),
        kind: kind.to_owned(),
        text: text.to_owned(),
        since: now(),
        told_at: None,
    };
    let failed = alert("a", "runs_failed", "3 runs failed");
    let told = Alert { told_at: Some(now()), ..alert("a", "runs_failed", "4 runs failed") };
    let (gap, elsewhere) = (alert("a", "gap", "a gap"), alert("b", "runs_failed", "3 runs failed"));
    for alert in [&elsewhere, &failed, &gap] {
        desk.put_alert(alert).await.expect("written");
    }
    assert_eq!(desk.alerts().await.expect("alerts"), [gap.clone(), failed, elsewhere.clone()]);
    desk.put_alert(&told).await.expect("replaced");
    assert_eq!(desk.alerts().await.expect("alerts"), [gap.clone(), told, elsewhere.clone()]);
    desk.end_alert("a", "runs_failed").await.expect("over");
    desk.end_alert("a", "runs_failed").await.expect("over already");
    assert_eq!(desk.alerts().await.expect("alerts"), [gap, elsewhere]);
}
