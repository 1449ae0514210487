//! The product's main job, on a world of its own, told as it happens.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::engine::{Engine, Mode, Observer, Request};
use latchel_sync_core::ledger::{Outcome, PhaseReport};
use latchel_sync_core::model::{Phase, Reason};
use mock_pms::world::{ClockMode, Job, LatchelProperty, Property, Resident, Task, World};
use mock_pms::{GenerateSpec, LatchelDialect, LoggedRequest, MockServer, Options};

use crate::commands::serve;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::{connect, private_file, render};

/// Number of examples that are named for each reason.
const EXAMPLES: usize = 2;
/// The Latchel that it shows: the real API, without the real limit, which would take a quarter of an hour.
const LATCHEL: LatchelDialect = LatchelDialect::Papi;
/// Setting of the Latchel adapter by which nothing waits for a limit here.
const CALLS_PER_SPAN: u32 = 1_000_000;

/// Tells the job; `serve` says that the dashboard is to be served on its world afterwards, and where.
pub(crate) async fn run(
    units: u32,
    seed: u64,
    now: DateTime<Utc>,
    serve: Option<Option<SocketAddr>>,
) -> Result<Exit, Failure> {
    let world = World::generate(&GenerateSpec { units, seed, now });
    let options = Options { latchel: LATCHEL, pages: Some(0), ..Options::unlimited() };
    let server = MockServer::start(world, options).await.map_err(Failure::run)?;
    let folder = tempfile::tempdir().map_err(Failure::run)?;
    let path = folder.path().join("latchel-sync.toml");
    private_file::write(&path, &configuration(&server)).map_err(Failure::run)?;
    let config = Config::read(&path)?;
    connect::with_books(&config, async |books| {
        let engine =
            connect::engine(&config.accounts[0], books.ledger.clone(), books.ledger.clone())?;
        let mut demo = Demo { engine, server, now };
        tell(&mut demo, units, seed).await?;
        if let Some(listen) = serve {
            say!();
            say!("== 5. The dashboard, on this world");
            demo.let_time_pass();
            if let Some(pages) = demo.server.pages_url() {
                say!("Pages that look like Buildium's and Latchel's, for the browser extension (docs/extension.md): {pages}/");
            }
            let listen = listen.unwrap_or(config.server.listen);
            serve::over(&config, books, listen, demo.now).await?;
        }
        demo.server.shutdown().await;
        Ok(Exit::Done)
    })
    .await
}

async fn tell(demo: &mut Demo, units: u32, seed: u64) -> Result<(), Failure> {
    say!(
        "A mock Buildium at {} and a mock of Latchel's Partner API at {},",
        demo.server.platform_url(),
        demo.server.latchel_url()
    );
    say!("with a generated world of about {units} units (seed {seed}); method \"assigned\".");

    say!();
    say!("== 1. The first sync, both directions");
    demo.sync().await?;

    demo.advance(TimeDelta::minutes(20));
    let waiting = demo.new_latchel_work_orders()?;
    say!();
    say!("== 2. People report problems in Latchel: {waiting} new work orders");
    demo.advance(TimeDelta::minutes(20));
    demo.sync().await?;

    demo.advance(TimeDelta::minutes(20));
    say!();
    say!("== 3. The world changes");
    demo.change()?;
    demo.advance(TimeDelta::minutes(5));
    say!();
    say!("The next sync brings over exactly these:");
    demo.sync().await?;

    say!();
    say!("== 4. Once more, without any change");
    let writes = demo.sync().await?;
    if writes > 0 {
        return Err(Failure::run(anyhow::anyhow!(
            "the last sync should have written nothing, but wrote {writes}"
        )));
    }
    say!("  The systems' own request log agrees: no write.");
    say!();
    render::lines(NEXT);
    Ok(())
}

const NEXT: &str = "What to try next:
  latchel-sync mock --generate units=200,seed=7    the mock systems alone, with addresses to configure
  latchel-sync demo --serve                        the same with its dashboard
  latchel-sync init                                a configuration file to fill in
  latchel-sync check                               does everything answer?
  latchel-sync plan                                what would a sync do? (writes nothing)
  latchel-sync sync                                do it
  latchel-sync status work-order ID                where is it, and why?
  latchel-sync explain property ID                 every condition that was checked";

struct Demo {
    engine: Engine,
    server: MockServer,
    now: DateTime<Utc>,
}

impl Demo {
    fn advance(&mut self, by: TimeDelta) {
        self.now += by;
        let now = self.now;
        self.server.edit(|world| world.clock.set(now));
    }

    /// From here on the systems' clocks go, as that of the server does: people look around for a while.
    fn let_time_pass(&self) {
        let now = self.now;
        self.server.edit(|world| {
            world.clock.set(now);
            world.clock.set_mode(ClockMode::Running);
        });
    }

    /// Syncs, tells what came out, and returns how many writes the systems saw.
    async fn sync(&self) -> Result<usize, Failure> {
        self.server.clear_requests();
        let teller = Teller::default();
        let request = Request { holder: "the demo".to_owned(), ..Request::everything(Mode::Apply, self.now) };
        let run = self.engine.run(&request, &teller).await?;
        for phase in &run.phases {
            teller.tell(phase);
        }
        let requests = self.server.requests();
        let writes = requests.iter().filter(|request| LoggedRequest::is_write(request)).count();
        say!(
            "  {} calls, {writes} of them writes; the run ended with {}",
            requests.len(),
            run.status.as_str()
        );
        Ok(writes)
    }

    /// Three work orders made in Latchel on active properties that the platform has.
    fn new_latchel_work_orders(&self) -> Result<usize, Failure> {
        let properties: Vec<i64> = self.server.read(|world| {
            let known = |one: &&LatchelProperty| one.is_active && one.ref_property_id.is_some();
            // From the end, so that none is at the property that is hidden later, which is found from the start.
            world.latchel.properties.iter().rev().filter(known).map(|one| one.id).take(3).collect()
        });
        let edit = |(index, property): (usize, &i64)| {
            serde_json::json!({"side": "latchel", "collection": "jobs", "create": {"source": "Tenant Call",
                "state": "Diagnosing Issue", "name": format!("Reported by phone, no. {}", index + 1),
                "description": "The fence fell over.", "property_id": property}})
        };
        self.apply(serde_json::Value::Array(properties.iter().enumerate().map(edit).collect()))?;
        Ok(properties.len())
    }

    fn apply(&self, edits: serde_json::Value) -> Result<(), Failure> {
        let edits: Vec<mock_pms::Edit> = serde_json::from_value(edits).map_err(Failure::run)?;
        self.server.edit(|world| world.apply(&edits)).map(|_| ()).map_err(Failure::run)
    }

    fn change(&mut self) -> Result<(), Failure> {
        self.hide_and_unhide()?;
        self.close_three_jobs()?;
        self.unassign()?;
        self.arrive_at_an_unknown_property()?;
        self.let_a_move_out_pass();
        Ok(())
    }

    fn hide_and_unhide(&self) -> Result<(), Failure> {
        let (hidden, shown) = self.server.read(|world| {
            let in_latchel = |id: i64| {
                let own =
                    |one: &&LatchelProperty| one.ref_property_id.as_deref() == Some(id.to_string().as_str());
                world.latchel.properties.iter().filter(own).map(|one| one.is_active).collect::<Vec<_>>()
            };
            let small = |one: &&Property| !in_latchel(one.id).is_empty() && in_latchel(one.id).len() < 6;
            let all_active = |one: &&Property| one.active && in_latchel(one.id).iter().all(|active| *active);
            let hidden = world.platform.properties.iter().filter(small).find(all_active);
            let shown =
                world.platform.properties.iter().find(|one| !one.active && !in_latchel(one.id).is_empty());
            (hidden.map(|one| (one.id, one.name.clone())), shown.map(|one| (one.id, one.name.clone())))
        });
        for (found, active, verb) in [(hidden, false, "hidden"), (shown, true, "unhidden")] {
            if let Some((id, name)) = found {
                say!("  {name} is {verb} on the platform");
                self.apply(
                    serde_json::json!([{"collection": "properties", "id": id, "set": {"active": active}}]),
                )?;
            }
        }
        Ok(())
    }

    fn close_three_jobs(&self) -> Result<(), Failure> {
        let jobs: Vec<(i64, String)> = self.server.read(|world| {
            let reported = |one: &&Job| one.name.starts_with("Reported by phone") && one.ref_job_id.is_some();
            world.latchel.jobs.iter().filter(reported).map(|one| (one.id, one.name.clone())).collect()
        });
        for ((id, name), state) in jobs.iter().zip(["Completed", "Cancelled", "Forwarded to PM"]) {
            say!("  \"{name}\" is set {state} in Latchel");
            self.apply(serde_json::json!([{"side": "latchel", "collection": "jobs", "id": id, "set": {"state": state}}]))?;
        }
        Ok(())
    }

    /// One that Latchel then completes: being unassigned stops the update.
    fn unassign(&self) -> Result<(), Failure> {
        let found = self.server.read(|world| {
            let open = |job: &&Job| {
                job.source == "API Request" && job.state != "Completed" && job.state != "Cancelled"
            };
            let job = world.latchel.jobs.iter().find(open)?;
            let work_order = world.platform.work_orders.get(job.ref_job_id.as_deref()?.parse().ok()?)?;
            Some((job.id, work_order.id, work_order.task_id))
        });
        if let Some((job, work_order, task)) = found {
            say!("  Work order {work_order} is taken from Latchel on the platform, and completed in Latchel");
            self.server
                .edit(|world| world.update::<Task>(task, |task| task.assigned_to = Some(9002)))
                .map_err(Failure::run)?;
            self.apply(serde_json::json!([{"side": "latchel", "collection": "jobs", "id": job, "set": {"state": "Completed"}}]))?;
        }
        Ok(())
    }

    fn arrive_at_an_unknown_property(&self) -> Result<(), Failure> {
        let unit = self.server.read(|world| {
            let own = world.platform.units.iter().find(|unit| unit.address.state.is_none());
            own.map(|unit| (unit.property_id, Some(unit.id))).or_else(|| {
                world
                    .platform
                    .properties
                    .iter()
                    .find(|one| one.address.state.is_none())
                    .map(|one| (one.id, None))
            })
        });
        let Some((property, unit)) = unit else { return Ok(()) };
        let task = self.server.read(|world| world.platform.tasks.next_id());
        say!("  A work order for Latchel arrives at property {property}, which Latchel does not have");
        self.apply(serde_json::json!([
            {"collection": "tasks", "create": {"id": task, "kind": "todo", "title": "Roof leak", "status": "new",
                "priority": "high", "property_id": property, "unit_id": unit, "assigned_to": 9001}},
            {"collection": "work_orders", "create": {"task_id": task, "title": "Roof leak", "vendor_id": 9101}},
        ]))
    }

    /// Time passes until the next move-out day that Latchel has.
    fn let_a_move_out_pass(&mut self) {
        let today = self.now.date_naive();
        let day = self.server.read(|world| {
            let leaves =
                |one: &Resident| one.move_out_date.filter(|_| one.is_active && one.ref_user_id.is_some());
            world.latchel.residents.iter().filter_map(leaves).filter(|day| *day >= today).min()
        });
        if let Some(day) = day {
            let days = (day - today).num_days() + 1;
            say!("  {days} days pass, and with them the move-out day {day} of a resident");
            self.advance(TimeDelta::days(days));
        }
    }
}

fn configuration(server: &MockServer) -> String {
    let (client_id, client_secret, api_key) = server.read(|world| {
        let account = &world.platform.account;
        (account.client_id.clone(), account.client_secret.clone(), world.latchel.company.api_key.clone())
    });
    let pages = server.pages_url().map(|url| format!("pages = {{ site = \"{url}\" }}\n")).unwrap_or_default();
    format!(
        "[[account]]\nname = \"demo\"\ntime_zone = \"America/Los_Angeles\"\nsync_method = \"assigned\"\n\
         [account.platform]\nadapter = \"buildium\"\nbase_url = \"{}\"\nclient_id = \"{client_id}\"\n\
         client_secret = \"{client_secret}\"\n{pages}[account.latchel]\nadapter = \"latchel\"\nbase_url = \"{}{}\"\n\
         api_key = \"{api_key}\"\nwrites = \"on\"\ncalls_per_span = {CALLS_PER_SPAN}\n{pages}",
        server.platform_url(),
        server.latchel_url(),
        LATCHEL.base_path(),
    )
}

/// Keeps a few examples of each reason.
#[derive(Debug, Default)]
struct Teller(Mutex<BTreeMap<(Phase, Reason), Vec<String>>>);

impl Observer for Teller {
    fn outcome(&self, phase: Phase, outcome: &Outcome) {
        let mut examples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let some = examples.entry((phase, outcome.reason)).or_default();
        if some.len() < EXAMPLES {
            let name = if outcome.label.is_empty() { outcome.key.id.clone() } else { outcome.label.clone() };
            let detail = outcome.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
            some.push(format!("{name}{detail}"));
        }
    }
}

impl Teller {
    fn tell(&self, report: &PhaseReport) {
        let examples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        say!("  {}: {} records, {} written", report.phase, report.records(), report.writes);
        for (reason, count) in &report.counts {
            let named =
                examples.get(&(report.phase, *reason)).map(|some| some.join("; ")).unwrap_or_default();
            say!("{}", format!("    {count:>5}  {:<32} {named}", reason.code()).trim_end());
        }
        if let Some(error) = &report.error {
            say!("    stopped: {error}");
        }
    }
}
