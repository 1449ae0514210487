//! Accounts whose configuration is in the ledger.

use super::now;
use crate::desk::*;

fn kept(name: &str, configuration: &str) -> KeptAccount {
    KeptAccount {
        name: name.to_owned(),
        is_enabled: true,
        configuration: configuration.to_owned(),
        key: Some(WrappedKey { master: "1234abcd".to_owned(), key: "sealed".to_owned() }),
        changed_at: now(),
        changed_by: "ann".to_owned(),
        revision: 0,
    }
}

async fn one(desk: &dyn Desk, name: &str) -> KeptAccount {
    desk.kept(name).await.expect("it looks").expect("it is there")
}

pub async fn each_change_of_a_kept_account_is_seen(desk: &dyn Desk) {
    let (before, north, south) =
        (desk.kept_revision().await.expect("a number"), kept("north", "a = 1"), kept("south", "a = 2"));
    assert!(desk.put_kept(&south).await.expect("added") && desk.put_kept(&north).await.expect("added"));
    let both = desk.kept_since(0).await.expect("accounts");
    assert_eq!(both.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["north", "south"]);
    assert_eq!(KeptAccount { revision: 0, ..both[0].clone() }, north);
    let known = desk.kept_revision().await.expect("a number");
    assert!(known > before && both.iter().all(|one| one.revision > before && one.revision <= known));
    assert!(both[0].revision > both[1].revision, "it came later");

    let changed = KeptAccount { is_enabled: false, ..one(desk, "south").await };
    assert!(desk.put_kept(&changed).await.expect("changed"));
    let news = desk.kept_since(known).await.expect("accounts");
    assert_eq!(
        news.iter().map(|one| (one.name.as_str(), one.is_enabled)).collect::<Vec<_>>(),
        [("south", false)]
    );
    let known = desk.kept_revision().await.expect("a number");
    assert!(desk.remove_kept("north").await.expect("removed"));
    assert_eq!(desk.kept_since(known).await.expect("nothing"), []);
    assert!(desk.kept_revision().await.expect("a number") > known, "a removal is a change");
    assert_eq!(desk.kept_names().await.expect("names"), ["south"]);
    assert_eq!(desk.kept("north").await.expect("it looks"), None);
}

pub async fn a_kept_account_is_changed_as_it_was_read_or_not_at_all(desk: &dyn Desk) {
    assert!(desk.put_kept(&kept("north", "a = 1")).await.expect("added"));
    assert!(!desk.put_kept(&kept("north", "a = 2")).await.expect("there is one already"));
    let read = one(desk, "north").await;
    assert!(
        desk.put_kept(&KeptAccount { configuration: "a = 3".to_owned(), ..read.clone() })
            .await
            .expect("changed")
    );
    let (known, late) = (desk.kept_revision().await.expect("a number"), "a = 4".to_owned());
    assert!(!desk.put_kept(&KeptAccount { configuration: late, ..read.clone() }).await.expect("too late"));
    assert_eq!(one(desk, "north").await.configuration, "a = 3");
    assert_eq!(desk.kept_revision().await.expect("a number"), known, "what is not done is no change");
    assert!(desk.remove_kept("north").await.expect("removed"));
    assert!(!desk.remove_kept("north").await.expect("gone already"));
    assert!(!desk.put_kept(&read).await.expect("it is gone"), "it does not come back");
    assert_eq!(desk.kept_names().await.expect("names"), Vec::<String>::new());
}
