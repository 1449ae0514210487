use std::net::SocketAddr;
use std::time::Duration;

use latchel_sync_ledger::SqliteLedger;
use latchel_sync_ledger::desk::Role;
use latchel_sync_server::ServerConfig;

use crate::visitor::Visitor;
use crate::world::{PASSWORD, World, pass};

const WRONG: &str = "wrong horse battery";

#[tokio::test]
async fn a_guessed_name_waits_longer_each_time_wherever_the_guesses_come_from() {
    let world = World::new().await;
    world.add("robin", Role::Viewer).await;
    for address in 1..=5 {
        assert_eq!(from(&world, address).log_in("robin", WRONG).await.status, 403);
    }
    for pause in ["1", "2", "4"] {
        let answer = from(&world, 100).log_in("robin", PASSWORD).await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, pause), "also with the right one");
        pass(Duration::from_secs(pause.parse().expect("seconds"))).await;
        assert_eq!(from(&world, 101).log_in("robin", WRONG).await.status, 403);
    }
    pass(Duration::from_secs(8)).await;
    assert_eq!(from(&world, 102).log_in("robin", PASSWORD).await.status, 303);
    assert_eq!(from(&world, 102).log_in("robin", WRONG).await.status, 403, "it begins anew");
}

#[tokio::test]
async fn no_pause_of_a_name_is_longer_than_five_minutes_and_an_hour_forgets() {
    let world = World::new().await;
    for _ in 0..14 {
        from(&world, 1).log_in("nobody", WRONG).await;
        pass(Duration::from_secs(300)).await;
    }
    from(&world, 2).log_in("nobody", WRONG).await;
    let answer = from(&world, 2).log_in("nobody", WRONG).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "300"));
    pass(Duration::from_secs(60 * 60)).await;
    for _ in 0..5 {
        assert_eq!(from(&world, 3).log_in("nobody", WRONG).await.status, 403);
    }
}

#[tokio::test]
async fn an_address_that_tries_many_names_waits_and_one_right_password_does_not_help() {
    let world = World::new().await;
    world.add("robin", Role::Viewer).await;
    for name in 0..20 {
        assert_eq!(from(&world, 1).log_in(&format!("name{name}"), WRONG).await.status, 403);
        if name == 10 {
            assert_eq!(from(&world, 1).log_in("robin", PASSWORD).await.status, 303);
        }
    }
    assert_eq!(from(&world, 1).log_in("robin", PASSWORD).await.status, 429);
    assert_eq!(from(&world, 2).log_in("robin", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn behind_the_proxy_the_address_is_the_one_that_the_proxy_added() {
    let public_url = Some("https://sync.example.com".to_owned());
    let world = World::with(ServerConfig { public_url, ..ServerConfig::default() }).await;
    world.add("robin", Role::Viewer).await;
    for name in 0..20 {
        let told = format!("198.51.100.{name}, 203.0.113.9");
        assert_eq!(proxied(&world, &told, &format!("name{name}")).await, 403);
    }
    assert_eq!(proxied(&world, "198.51.100.77, 203.0.113.9", "name").await, 429);
    assert_eq!(proxied(&world, "203.0.113.10", "name").await, 403);
}

async fn proxied(world: &World, told: &str, name: &str) -> u16 {
    let mut visitor = world.visitor().at("https://sync.example.com");
    let request = visitor.request("POST", "/login").header("x-forwarded-for", told);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    visitor.send(request, format!("name={name}&password=wrong").into()).await.status
}

fn from(world: &World, address: u8) -> Visitor {
    let mut visitor = world.visitor();
    visitor.from = SocketAddr::from(([192, 0, 2, address], 50_000));
    visitor
}

#[tokio::test]
async fn processes_of_one_ledger_count_together_and_whoever_is_added_anew_begins_anew() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let ledger = async || SqliteLedger::open(folder.path().join("ledger.sqlite")).await.expect("a ledger");
    let (one, other) = (World::over(ledger().await).await, World::over(ledger().await).await);
    one.add("robin", Role::Viewer).await;
    for (address, world) in [&one, &other, &one, &other, &one].into_iter().enumerate() {
        let address = u8::try_from(address).expect("a few");
        assert_eq!(from(world, address).log_in("robin", WRONG).await.status, 403);
    }
    for world in [&one, &other] {
        assert_eq!(from(world, 9).log_in("robin", PASSWORD).await.status, 429);
    }
    other.add("robin", Role::Viewer).await;
    assert_eq!(from(&one, 9).log_in("robin", PASSWORD).await.status, 303);
}
