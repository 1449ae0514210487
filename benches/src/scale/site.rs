//! Systems, configuration and processes of the measurement.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mock_pms::world::ClockMode;
use mock_pms::{Fault, FaultPlan, FaultRule, GenerateSpec, MockServer, Options, World};
use nix::sys::signal::Signal;
use tempfile::TempDir;

use super::lateness::Span;
use super::{Scale, now};
use crate::people::act;
use crate::plain::client;
use crate::served::Served;

/// Time between two acts of people.
const BETWEEN_ACTS: Duration = Duration::from_millis(250);

/// The systems, one configuration, and the processes that serve by it.
pub struct Site {
    scale: Scale,
    url: String,
    folder: TempDir,
    /// Both systems of each account.
    pub servers: Vec<MockServer>,
    /// Names of the accounts whose systems answer as usual.
    pub ordinary: BTreeSet<String>,
    workers: Vec<Served>,
    web: Option<Served>,
    most_kib: u64,
    acts: usize,
}

impl Site {
    /// Starts the systems.
    pub async fn new(scale: &Scale, url: &str) -> Result<Self> {
        let mut site = Self {
            scale: scale.clone(),
            url: url.to_owned(),
            folder: TempDir::new()?,
            servers: Vec::new(),
            ordinary: BTreeSet::new(),
            workers: Vec::new(),
            web: None,
            most_kib: 0,
            acts: 0,
        };
        site.start_systems(scale.accounts).await?;
        for server in site.servers.iter().take(scale.slow) {
            let slow = FaultRule {
                side: Some(mock_pms::Side::Platform),
                ..FaultRule::always(Fault::Latency { ms: 10_000 })
            };
            server.set_faults(FaultPlan { seed: 0, faults: vec![slow] });
        }
        site.ordinary = (scale.slow..scale.accounts).map(name).collect();
        site.configure()?;
        Ok(site)
    }

    async fn start_systems(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            let seed = u64::try_from(self.servers.len())?;
            let mut world = World::generate(&GenerateSpec { units: 20, seed, now: now() });
            world.clock.set_mode(ClockMode::Running);
            self.servers.push(MockServer::start(world, Options::unlimited()).await?);
        }
        Ok(())
    }

    fn configure(&self) -> Result<()> {
        let Scale { interval, lease, .. } = &self.scale;
        let mut text = format!("ledger = \"{}\"\nlease = \"{lease}s\"\n", self.url);
        for (index, server) in self.servers.iter().enumerate() {
            let (id, secret, key) = server.read(|world| {
                let (account, company) = (&world.platform.account, &world.latchel.company);
                (account.client_id.clone(), account.client_secret.clone(), company.api_key.clone())
            });
            text += &format!(
                "[[account]]\nname = \"{}\"\ntime_zone = \"America/Los_Angeles\"\nsync_method = \"all\"\n\
                 schedule = {{ work_orders = \"{interval}s\", properties_and_residents = \"{}s\", jitter = \"{interval}s\" }}\n\
                 [account.platform]\nadapter = \"buildium\"\nbase_url = \"{}\"\nclient_id = \"{id}\"\n\
                 client_secret = \"{secret}\"\ncalls_per_second = 1000\n\
                 [account.latchel]\nadapter = \"latchel-gateway\"\nbase_url = \"{}\"\napi_key = \"{key}\"\n",
                name(index),
                interval * 4,
                server.platform_url(),
                server.latchel_url(),
            );
        }
        // One whose secret is nowhere.
        text += "[[account]]\nname = \"misconfigured\"\ntime_zone = \"America/Los_Angeles\"\nsync_method = \"all\"\n\
                 [account.platform]\nadapter = \"buildium\"\nclient_id = \"1\"\nclient_secret = { env = \"BENCHES_NOWHERE\" }\n\
                 [account.latchel]\nadapter = \"latchel-gateway\"\nbase_url = \"http://127.0.0.1:9\"\napi_key = \"1\"\n";
        std::fs::write(self.folder.path().join("latchel-sync.toml"), text)?;
        Ok(())
    }

    fn worker(&self) -> Result<Served> {
        Served::start(self.folder.path(), &["--role", "worker"])
    }

    /// Starts so many workers.
    pub fn start_workers(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            self.workers.push(self.worker()?);
        }
        Ok(())
    }

    /// Starts the process that has the pages.
    pub fn start_web(&mut self) -> Result<()> {
        self.web = Some(Served::start(self.folder.path(), &["--role", "web"])?);
        Ok(())
    }

    /// Sends a worker a signal.
    pub fn signal(&self, worker: usize, signal: Signal) -> Result<()> {
        self.workers.get(worker).context("there is no such worker")?.signal(signal)
    }

    /// Ends a worker as an operator would.
    pub fn stop(&mut self, worker: usize) -> Result<()> {
        self.workers.get_mut(worker).context("there is no such worker")?.stop().map(drop)
    }

    /// Starts a worker in the place of one that has ended.
    pub fn replace(&mut self, worker: usize) -> Result<()> {
        let new = self.worker()?;
        *self.workers.get_mut(worker).context("there is no such worker")? = new;
        Ok(())
    }

    /// Adds accounts to the configuration, and has every process read it anew.
    pub async fn add_accounts(&mut self, count: usize) -> Result<()> {
        self.start_systems(count).await?;
        self.configure()?;
        self.workers.iter().chain(&self.web).try_for_each(|one| one.signal(Signal::SIGHUP))
    }

    /// Lets people act for a time.
    pub async fn live(&mut self, length: Duration) -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < length {
            tokio::time::sleep(BETWEEN_ACTS).await;
            let ordinary = self.scale.slow..self.scale.accounts;
            let index = ordinary.start + self.acts % ordinary.len().max(1);
            if let Some(server) = self.servers.get(index) {
                act(server, self.acts / ordinary.len().max(1))?;
            }
            self.acts += 1;
            self.servers.iter().for_each(MockServer::clear_requests);
            for worker in &self.workers {
                // One that was killed has none.
                self.most_kib = self.most_kib.max(worker.resident_kib().unwrap_or_default());
            }
        }
        Ok(())
    }

    /// The same as a part of the measurement.
    pub async fn during(&mut self, name: &'static str, length: Duration) -> Result<Span> {
        let from = now();
        self.live(length).await?;
        eprintln!("{name}: {} s", length.as_secs());
        Ok(Span { name, from, until: now() })
    }

    /// Times that the first page and the metrics take, the median of five.
    pub async fn pages(&self) -> Result<(Duration, Duration)> {
        let url = &self.web.as_ref().context("nobody has the pages")?.url;
        let client = client()?;
        let mut took = (Vec::new(), Vec::new());
        for _ in 0..5 {
            for (path, took) in [("", &mut took.0), ("metrics", &mut took.1)] {
                let began = Instant::now();
                client.get(format!("{url}{path}")).send().await?.error_for_status()?.bytes().await?;
                took.push(began.elapsed());
            }
        }
        let median = |mut took: Vec<Duration>| {
            took.sort();
            took.get(2).copied().unwrap_or_default()
        };
        Ok((median(took.0), median(took.1)))
    }

    /// The most memory that a worker had, in MB.
    pub fn memory(&self) -> f64 {
        self.most_kib as f64 * 1024.0 / 1e6
    }

    /// Ends every process.
    pub fn end(&mut self) -> Result<()> {
        self.workers.iter_mut().chain(&mut self.web).try_for_each(|one| one.stop().map(drop))
    }
}

fn name(index: usize) -> String {
    format!("account-{index:05}")
}
