use std::time::Duration;

use latchel_sync_ledger::desk::Role;
use latchel_sync_server::ServerConfig;

use crate::world::{PASSWORD, World, pass};

const INSIDE: &str = "/api/v1/nothing";

#[tokio::test]
async fn somebody_logs_in_works_and_logs_out() {
    let world = World::new().await;
    world.add("robin", Role::Operator).await;
    let mut robin = world.visitor();
    let page = robin.get("/login?next=/accounts/main").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains(r#"name="next" value="/accounts/main""#), "{}", page.body);

    let wrong = robin.log_in("robin", "correct horse batter").await;
    assert_eq!((wrong.status, wrong.header("set-cookie")), (403, ""));
    assert!(wrong.body.contains(r#"value="robin""#) && !wrong.body.contains("batter"), "{}", wrong.body);
    let unknown = robin.log_in("robyn", PASSWORD).await;
    assert_eq!(unknown.body.replace("robyn", "robin"), wrong.body);
    assert_eq!(robin.get(INSIDE).await.status, 401);

    let right = robin.post("/login", "name=robin&password=correct+horse+battery&next=/accounts/main").await;
    assert_eq!((right.status, right.header("location")), (303, "/accounts/main"));
    assert_eq!(robin.get(INSIDE).await.status, 404);
    assert_eq!(robin.get("/login?next=/runs").await.header("location"), "/runs");

    let kept = robin.clone();
    let out = robin.post("/logout", "").await;
    assert_eq!((out.status, out.header("location")), (303, "/login"));
    assert_eq!(robin.cookie, None);
    let mut thief = kept;
    assert_eq!(thief.get(INSIDE).await.status, 401, "the cookie is worth nothing any more");
    let trail = [
        "robin logged_out",
        "robin logged_in",
        // Not what was typed: it may be a password.
        "nobody known log_in_failed from 127.0.0.1",
        "robin log_in_failed from 127.0.0.1",
        "command line user_added robin",
    ];
    assert_eq!(world.audit().await, trail);
    robin.log_in("robin", PASSWORD).await;
    let shown = robin.get("/audit").await;
    assert_eq!(shown.status, 200);
    for text in ["log in failed", "from 127.0.0.1", "user added", "nobody known"] {
        assert!(shown.body.contains(text), "{text}: {}", shown.body);
    }
    let told = robin.get("/api/v1/audit?limit=2").await.body;
    assert!(
        told.contains("logged_in") && told.contains("logged_out") && told.contains(r#""next":""#),
        "{told}"
    );
}

#[tokio::test]
async fn a_planted_cookie_is_not_taken_over() {
    let world = World::new().await;
    world.add("robin", Role::Operator).await;
    let mut robin = world.visitor();
    let planted = "latchel-sync=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    robin.cookie = Some(planted.to_owned());
    robin.log_in("robin", PASSWORD).await;
    assert_ne!(robin.cookie.as_deref(), Some(planted));
    let mut thief = world.visitor();
    thief.cookie = Some(planted.to_owned());
    assert_eq!(thief.get(INSIDE).await.status, 401);

    let first = robin.clone();
    robin.log_in("robin", PASSWORD).await;
    assert_ne!(robin.cookie, first.cookie);
    thief.cookie = first.cookie;
    assert_eq!(thief.get(INSIDE).await.status, 401, "logging in again ends the session before");
    assert_eq!(robin.get(INSIDE).await.status, 404);
}

#[tokio::test]
async fn the_ledger_holds_neither_the_password_nor_what_the_cookie_holds() {
    let world = World::new().await;
    let robin = world.logged_in("robin", Role::Viewer).await;
    let value = robin.cookie.as_deref().and_then(|cookie| cookie.split_once('=')).expect("a cookie").1;
    assert_eq!(value.len(), 43, "32 bytes");
    let now = world.app.clock.now();
    assert_eq!(world.app.desk.session(value, now).await.expect("the ledger"), None);
    let users = world.app.desk.users().await.expect("users");
    assert!(users[0].hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", users[0].hash);
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours() {
    let world = World::new().await;
    let mut robin = world.logged_in("robin", Role::Viewer).await;
    pass(Duration::from_secs(12 * 60 * 60 - 60)).await;
    assert_eq!(robin.get(INSIDE).await.status, 404);
    pass(Duration::from_secs(60)).await;
    assert_eq!(robin.get(INSIDE).await.status, 401);
}

#[tokio::test]
async fn the_cookie_is_for_tls_alone_where_people_come_over_tls() {
    let plain = World::new().await;
    plain.add("robin", Role::Viewer).await;
    let set = plain.visitor().log_in("robin", PASSWORD).await;
    let attributes = set.header("set-cookie").split_once("; ").expect("attributes").1.to_owned();
    assert!(set.header("set-cookie").starts_with("latchel-sync="));
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Path=/");
    assert_eq!(set.header("strict-transport-security"), "");

    let public_url = Some("https://sync.example.com".to_owned());
    let secure = World::with(ServerConfig { public_url, ..ServerConfig::default() }).await;
    secure.add("robin", Role::Viewer).await;
    let mut robin = secure.visitor().at("https://sync.example.com");
    let set = robin.log_in("robin", PASSWORD).await;
    let attributes = set.header("set-cookie").split_once("; ").expect("attributes").1;
    assert!(set.header("set-cookie").starts_with("__Host-latchel-sync="));
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Secure; Path=/");
    assert_eq!(set.header("strict-transport-security"), "max-age=31536000");
    assert_eq!(robin.get(INSIDE).await.status, 404);
    let out = robin.post("/logout", "").await;
    assert!(out.header("set-cookie").contains("Secure; Path=/; Max-Age=0"), "{}", out.header("set-cookie"));
}

#[tokio::test]
async fn next_leads_nowhere_else_and_adds_no_header() {
    let world = World::new().await;
    world.add("robin", Role::Viewer).await;
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "/a%0D%0ASet-Cookie:%20a=b",
    ] {
        let mut robin = world.visitor();
        let page = robin.get(&format!("/login?next={next}")).await;
        assert!(page.body.contains(r#"name="next" value="/""#), "{next}: {}", page.body);
        let form = format!("name=robin&password=correct+horse+battery&next={next}");
        let answer = robin.post("/login", &form).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/"), "{next}");
        assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 1);
    }
    let page = world.visitor().get("/login?next=/%22%3E%3Cscript%3E").await;
    assert!(!page.body.contains("<script>"), "{}", page.body);
}
