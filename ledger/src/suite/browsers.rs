//! Browsers that people connected, and offers to connect one.

use chrono::TimeDelta;
use latchel_sync_core::mirror::{MirrorStore, Mirrored};
use latchel_sync_core::model::Kind;
use uuid::Uuid;

use super::{now, user};
use crate::desk::*;

fn pairing(hash: &str, by: &str) -> Pairing {
    let expires_at = now() + TimeDelta::minutes(10);
    Pairing {
        hash: hash.to_owned(),
        name: "Office".to_owned(),
        by: by.to_owned(),
        expires_at,
        may_pause: true,
    }
}

fn browser(hash: &str, by: &str) -> Browser {
    Browser {
        id: Uuid::now_v7(),
        name: "Office".to_owned(),
        by: by.to_owned(),
        hash: hash.to_owned(),
        created_at: now(),
        used_at: None,
        may_pause: true,
    }
}

pub async fn an_offer_is_taken_once_and_in_time(desk: &dyn Desk) {
    let (one, other) = (pairing("1", "ann"), pairing("2", "ann"));
    desk.offer_pairing(&one).await.expect("offered");
    desk.offer_pairing(&other).await.expect("offered");
    let take = async |hash, at| desk.take_pairing(hash, at).await.expect("it looks");
    assert_eq!(take("3", now()).await, None);
    assert_eq!(take("1", now()).await, Some(one.clone()));
    assert_eq!(take("1", now()).await, None, "only once");
    assert_eq!(take("2", other.expires_at).await, None, "it is over");
    assert_eq!(take("2", now()).await, None, "and gone");
    desk.offer_pairing(&other).await.expect("offered");
    let last = other.expires_at - TimeDelta::microseconds(1);
    assert_eq!(take("2", last).await, Some(other));
}

pub async fn a_browser_is_connected_until_it_is_ended(desk: &dyn Desk) {
    let (one, other) = (browser("1", "ann"), browser("2", "bob"));
    desk.add_browser(&one).await.expect("added");
    desk.add_browser(&other).await.expect("added");
    let with = async |hash| desk.browser(hash).await.expect("it looks");
    assert_eq!(desk.browsers().await.expect("both"), [one.clone(), other.clone()]);
    assert_eq!(with("1").await, Some(one.clone()));
    assert_eq!(with("3").await, None);
    let used = Browser { used_at: Some(now()), ..one.clone() };
    desk.put_browser(&used).await.expect("replaced");
    assert_eq!(with("1").await, Some(used.clone()));
    assert!(desk.end_browser(one.id).await.expect("ended"));
    assert!(!desk.end_browser(one.id).await.expect("ended before"));
    assert_eq!(with("1").await, None);
    desk.put_browser(&used).await.expect("nothing");
    assert_eq!(desk.browsers().await.expect("one"), [other], "what was ended stays so");
}

pub async fn a_user_who_changes_has_no_browser_any_more(desk: &dyn Desk) {
    for name in ["ann", "bob"] {
        desk.put_user(&user(name, Role::Operator)).await.expect("added");
        desk.add_browser(&browser(name, name)).await.expect("connected");
        desk.offer_pairing(&pairing(name, name)).await.expect("offered");
    }
    desk.put_user(&user("ann", Role::Viewer)).await.expect("replaced");
    assert_eq!(desk.browser("ann").await.expect("it looks"), None);
    assert_eq!(desk.take_pairing("ann", now()).await.expect("it looks"), None);
    assert!(desk.browser("bob").await.expect("it looks").is_some(), "somebody else's goes on");
    desk.remove_user("bob").await.expect("removed");
    assert_eq!(desk.browser("bob").await.expect("it looks"), None);
    assert_eq!(desk.take_pairing("bob", now()).await.expect("it looks"), None);
}

pub async fn a_mirrored_work_order_is_found_by_the_word_in_its_pages_address(store: &dyn MirrorStore) {
    let mirrored = |id, slug: Option<&str>| Mirrored {
        kind: Kind::WorkOrder,
        id,
        reference: None,
        place: None,
        number: None,
        slug: slug.map(str::to_owned),
        changed_at: None,
        seen_at: now(),
        walk: 0,
        body: "{}".to_owned(),
    };
    let (one, other) = (mirrored(1, Some("ab12c")), mirrored(2, None));
    store.keep("a", &[one.clone(), other]).await.expect("kept");
    let with = async |account, slug| store.by_slug(account, slug).await.expect("it looks");
    assert_eq!(with("a", "ab12c").await, [one]);
    assert_eq!(with("a", "AB12C").await, []);
    assert_eq!(with("b", "ab12c").await, [], "another account's");
    let renamed = mirrored(1, Some("xy34z"));
    store.keep("a", std::slice::from_ref(&renamed)).await.expect("kept");
    assert_eq!(with("a", "xy34z").await, [renamed]);
    assert_eq!(with("a", "ab12c").await, []);
}
