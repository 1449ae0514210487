//! The dashboard in a real browser, over the mock systems: what people click is seen in both worlds.

mod linking;
mod log_in;
mod pages;
mod pausing;
mod results;
mod searching;
mod sync_start;
mod syncing;

use std::io::Write;
use std::process::Stdio;

use mock_pms::world::{Job, WorkOrder};

use crate::browser::Browser;
use crate::serving::Serving;
use crate::setup::Setup;

const SELDOM: &str = "sync_method = \"all\"\n\
    schedule = { work_orders = \"24h\", properties_and_residents = \"24h\", jitter = \"1ms\" }";

/// The password of everybody whom a test adds.
const PASSWORD: &str = "correct horse battery";

/// A server after its first sync, and a browser on its first page.
async fn opened(width: u32) -> (Setup, Serving, Browser) {
    let setup = Setup::of(crate::setup::small_world(), SELDOM).await;
    setup.sync(0).await;
    let serving = Serving::start(&setup).await;
    let browser = Browser::open(width).await;
    browser.go(&serving.url).await;
    (setup, serving, browser)
}

/// Somebody reports something in Latchel, half an hour after the first sync, at a property that is synced.
fn report(setup: &Setup, name: &str) {
    report_at(setup, name, "2026-03-02T20:30:00Z");
}

fn report_at(setup: &Setup, name: &str, at: &str) {
    assert_eq!(arrived(setup, name), 0, "a name that nothing else there has");
    setup.edit(&format!(
        r#"[{{"side": "latchel", "collection": "jobs", "create": {{"source": "Tenant Call", "state": "Diagnosing Issue",
            "name": "{name}", "description": "It drips.", "property_id": 501,
            "created_at": "{at}", "updated_at": "{at}"}}}}]"#
    ));
}

/// The id that Latchel gave to what was reported by this name.
fn reported(setup: &Setup, name: &str) -> i64 {
    let named = |one: &&Job| one.name == name;
    setup
        .server
        .read(|world| world.latchel.jobs.iter().find(named).map(|one| one.id))
        .expect("it was reported")
}

/// Number of work orders of this name on the platform; their titles carry our mark too.
fn arrived(setup: &Setup, name: &str) -> usize {
    let named = |one: &&WorkOrder| one.title.as_deref().is_some_and(|title| title.starts_with(name));
    setup.server.read(|world| world.platform.work_orders.iter().filter(named).count())
}

/// Adds somebody by the command, who logs in with [`PASSWORD`].
async fn add_user(setup: &Setup, name: &str, role: &str) {
    let mut command = setup.command(&["users", "add", name, "--role", role]);
    command.stdin(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || {
        let mut process = command.spawn().expect("it starts");
        let mut stdin = process.stdin.take().expect("a pipe");
        writeln!(stdin, "{PASSWORD}").expect("it reads");
        drop(stdin);
        process.wait_with_output().expect("it ends")
    })
    .await
    .expect("no panic");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
