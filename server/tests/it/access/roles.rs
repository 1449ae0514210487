use latchel_sync_ledger::desk::Role;
use latchel_sync_server::ServerConfig;

use crate::visitor::Visitor;
use crate::world::World;

/// Visitors that a path lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Everybody,
    Viewers,
    Operators,
}

/// Every path that the server has outside its API, with what it takes; one that it does not have counts as well, because nobody
/// may learn which those are.
const ROUTES: [(&str, &str, For); 42] = [
    ("GET", "/healthz", For::Everybody),
    ("GET", "/readyz", For::Everybody),
    ("GET", "/login", For::Everybody),
    ("POST", "/logout", For::Everybody),
    ("GET", "/", For::Viewers),
    ("GET", "/assets/style.css", For::Everybody),
    ("GET", "/runs", For::Viewers),
    ("GET", "/audit", For::Viewers),
    ("GET", "/configuration", For::Viewers),
    ("POST", "/configuration", For::Operators),
    ("GET", "/configuration/main", For::Viewers),
    ("POST", "/configuration/main", For::Operators),
    ("GET", "/browsers", For::Operators),
    ("POST", "/browsers", For::Operators),
    ("POST", "/browsers/0/end", For::Operators),
    ("GET", "/runs/0", For::Viewers),
    ("GET", "/jobs/0", For::Viewers),
    ("POST", "/jobs/0/apply", For::Operators),
    ("GET", "/accounts/main", For::Viewers),
    ("POST", "/accounts/main/sync", For::Operators),
    ("POST", "/accounts/main/preview", For::Operators),
    ("POST", "/accounts/main/pause", For::Operators),
    ("POST", "/accounts/main/resume", For::Operators),
    ("GET", "/accounts/main/sync-start?start=2026-03-01T08:00", For::Operators),
    ("POST", "/accounts/main/sync-start", For::Operators),
    ("GET", "/accounts/main/find?id=1", For::Viewers),
    ("GET", "/accounts/main/audit", For::Viewers),
    ("GET", "/accounts/main/link", For::Operators),
    ("POST", "/accounts/main/link", For::Operators),
    ("GET", "/accounts/main/unlink?work_order=1", For::Operators),
    ("POST", "/accounts/main/unlink", For::Operators),
    ("GET", "/accounts/main/results", For::Viewers),
    ("POST", "/accounts/main/results", For::Operators),
    ("GET", "/accounts/main/results.csv", For::Viewers),
    ("GET", "/accounts/main/records/property/1", For::Viewers),
    ("POST", "/accounts/main/records/property/1/sync", For::Operators),
    ("POST", "/accounts/main/records/property/1/settle", For::Operators),
    // Of an account that there is the stream would not end.
    ("GET", "/accounts/none/live", For::Viewers),
    ("GET", "/metrics", For::Viewers),
    ("GET", "/api/v1/openapi.json", For::Viewers),
    ("POST", "/api/v1/nothing", For::Operators),
    ("DELETE", "/nothing", For::Operators),
];

#[tokio::test]
async fn no_route_is_reached_without_its_role() {
    let world = World::new().await;
    let viewer = world.add_program("looks", Role::Viewer).await;
    let operator = world.add_program("does", Role::Operator).await;
    let outside = ROUTES.map(|(method, path, wanted)| (method.to_owned(), path.to_owned(), wanted));
    for (method, path, wanted) in outside.into_iter().chain(operations()) {
        let nobody = reaches(world.visitor(), &method, &path).await;
        let viewer = reaches(world.visitor().with_token(&viewer), &method, &path).await;
        let operator = reaches(world.visitor().with_token(&operator), &method, &path).await;
        let reached = match wanted {
            For::Everybody => [true, true, true],
            For::Viewers => [false, true, true],
            For::Operators => [false, false, true],
        };
        assert_eq!([nobody, viewer, operator], reached, "{method} {path}");
    }
}

/// The API's operations, by its document: viewers read, operators do.
fn operations() -> Vec<(String, String, For)> {
    let document = serde_json::to_value(latchel_sync_server::api::document()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths").clone();
    let operations = paths.into_iter().flat_map(|(path, methods)| {
        let path = path.replace("{account}", "main").replace("{kind}", "property").replace(['{', '}'], "");
        let methods: Vec<_> = methods.as_object().expect("methods").keys().cloned().collect();
        methods.into_iter().map(move |method| {
            let wanted = match (method.as_str(), path.as_str()) {
                ("get", _) => For::Viewers,
                (_, "/api/v1/pair") => For::Everybody,
                _ => For::Operators,
            };
            (method.to_uppercase(), path.clone(), wanted)
        })
    });
    operations.collect()
}

/// True if somebody is not turned away, whatever they find there.
async fn reaches(mut visitor: Visitor, method: &str, path: &str) -> bool {
    let answer = visitor.send(visitor.request(method, path), axum::body::Body::empty()).await;
    !matches!(answer.status, 401 | 403) && !answer.header("location").starts_with("/login?")
}

#[tokio::test]
async fn on_loopback_everybody_is_the_operator_until_somebody_is_added() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    assert_eq!(visitor.post("/nothing", "").await.status, 404);
    world.add("robin", Role::Viewer).await;
    assert_eq!(visitor.get("/nothing").await.status, 303);
    assert_eq!(visitor.post("/api/v1/nothing", "").await.status, 401);
}

#[tokio::test]
async fn what_came_through_a_proxy_is_nobody_although_nobody_has_been_added() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    for (name, value) in [("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=203.0.113.9")] {
        let request = visitor.request("GET", "/api/v1/nothing").header(name, value);
        assert_eq!(visitor.send(request, axum::body::Body::empty()).await.status, 401, "{name}");
    }
}

#[tokio::test]
async fn elsewhere_nobody_gets_in_until_somebody_is_added() {
    let everywhere = ServerConfig { listen: ([0, 0, 0, 0], 8787).into(), ..ServerConfig::default() };
    let public_url = Some("https://sync.example.com".to_owned());
    let behind_a_proxy = ServerConfig { public_url, ..ServerConfig::default() };
    for config in [everywhere, behind_a_proxy] {
        let world = World::with(config).await;
        let mut visitor = world.visitor().at("http://127.0.0.1:8787");
        assert_eq!(visitor.get("/api/v1/nothing").await.status, 401);
    }
}

#[tokio::test]
async fn programs_and_people_are_told_why_they_are_turned_away() {
    let world = World::new().await;
    let mut viewer = world.logged_in("robin", Role::Viewer).await;
    let page = viewer.post("/nothing", "").await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("this needs an operator"), "{}", page.body);
    let answer = viewer.post("/api/v1/nothing", "").await;
    insta::assert_snapshot!(answer.body, @r#"{"error":{"code":"operator_needed","hint":"`latchel-sync users add NAME --role operator` adds one","message":"robin may look at everything, but not change anything: this needs an operator"}}"#);

    let mut nobody = world.visitor();
    let answer = nobody.get("/api/v1/nothing").await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"));
    insta::assert_snapshot!(answer.body, @r#"{"error":{"code":"not_logged_in","hint":"send `Authorization: Bearer TOKEN`; `latchel-sync users add NAME --role viewer --token` makes one","message":"nobody is logged in"}}"#);
    let page = nobody.get("/nothing?a=b&c").await;
    assert_eq!((page.status, page.header("location")), (303, "/login?next=%2Fnothing%3Fa%3Db%26c"));
}

#[tokio::test]
async fn a_token_is_all_of_a_program_and_a_wrong_one_is_nobody() {
    let world = World::new().await;
    let token = world.add_program("reports", Role::Viewer).await;
    let mut operator = world.logged_in("robin", Role::Operator).await;
    assert!(token.starts_with("lsync_") && token.len() == 49, "{token}");
    let stored = format!("{:?}", serde_json::to_value(world.app.desk.users().await.expect("users")));
    assert!(!stored.contains(&token[6..]), "{stored}");

    assert_eq!(world.visitor().with_token(&token).get("/api/v1/nothing").await.status, 404);
    operator.token = Some(token.clone());
    assert_eq!(operator.post("/api/v1/nothing", "").await.status, 403, "its cookie does not count");
    for wrong in ["", "lsync_", &token[..48], &format!("{token}A")] {
        let answer = world.visitor().with_token(wrong).get("/api/v1/nothing").await;
        assert_eq!(answer.status, 401, "{wrong}");
    }
    let mut log_in = world.visitor();
    assert_eq!(log_in.log_in("reports", &token).await.status, 403, "a token is no password");
}

#[tokio::test]
async fn whoever_is_removed_or_replaced_is_out_at_once() {
    let world = World::new().await;
    let token = world.add_program("reports", Role::Viewer).await;
    let mut robin = world.logged_in("robin", Role::Operator).await;
    world.add("robin", Role::Viewer).await;
    assert_eq!(robin.get("/api/v1/nothing").await.status, 401);
    let now = world.app.clock.now();
    let removed = latchel_sync_server::access::users::remove(&*world.app.desk, "reports", now).await;
    assert!(removed.expect("removed"));
    assert_eq!(world.visitor().with_token(&token).get("/api/v1/nothing").await.status, 401);
}
