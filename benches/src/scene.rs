//! A far side, a folder with a configuration and a ledger, and the processes that are measured between them.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::TempDir;

use crate::far::{Control, Counts, Holdings, Manner, Rename, Vendor};
use crate::measured::{self, Measured};
use crate::run::Run;
use crate::usage::Usage;

/// The name under which this program is latchel-sync.
pub const LATCHEL_SYNC: &str = "latchel-sync";

/// Dropping it ends the far side and removes the folder.
pub struct Scene {
    vendor: Vendor,
    folder: TempDir,
    far: Far,
    client: reqwest::Client,
}

/// A far side in a process of its own.
struct Far {
    process: Child,
    address: String,
}

impl Drop for Far {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Scene {
    /// With a far side that holds so much, and an empty ledger.
    pub fn start(holdings: Holdings) -> Result<Self> {
        let mut command = Command::new(this()?);
        command.args(["far", "--vendor", holdings.vendor.name()]);
        for (name, value) in [
            ("--units", holdings.units),
            ("--residents", holdings.residents),
            ("--counterparts", holdings.counterparts),
        ] {
            command.arg(name).arg(value.to_string());
        }
        let mut process = command.stdout(Stdio::piped()).spawn().context("cannot start the far side")?;
        let output = process.stdout.take().context("the far side has no output")?;
        let mut far = Far { process, address: String::new() };
        BufReader::new(output).read_line(&mut far.address)?;
        far.address.truncate(far.address.trim_end().len());
        Ok(Self { vendor: holdings.vendor, folder: TempDir::new()?, far, client: crate::plain::client()? })
    }

    /// The folder of the configuration and the ledger.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The ledger's file.
    pub fn ledger(&self) -> PathBuf {
        self.folder().join("latchel-sync.sqlite")
    }

    /// Writes a configuration; `latchel` is what more it says of Latchel.
    pub fn configure(&self, limits: Limits, latchel: &str) -> Result<()> {
        let (address, adapter) = (&self.far.address, self.vendor.name());
        let system = if self.vendor == Vendor::Propertyware { "system_id = \"1\"\n" } else { "" };
        let limits = if limits == Limits::Lifted { "calls_per_second = 100000\n" } else { "" };
        let config = format!(
            "[[account]]\nname = \"main\"\ntime_zone = \"America/Los_Angeles\"\nsync_method = \"all\"\n\
             [account.platform]\nadapter = \"{adapter}\"\nbase_url = \"{address}/platform\"\nclient_id = \"none\"\n\
             client_secret = \"none\"\n{system}{limits}\
             [account.latchel]\nadapter = \"latchel-gateway\"\nbase_url = \"{address}/latchel\"\napi_key = \"none\"\n{latchel}\n"
        );
        std::fs::write(self.folder().join("latchel-sync.toml"), config)
            .context("cannot write a configuration")
    }

    /// Runs `latchel-sync sync`, which may end with work left over.
    pub fn sync(&self, arguments: &[&str]) -> Result<(Measured, Run)> {
        let mut command = Command::new(this()?);
        command.arg0(LATCHEL_SYNC).args(["sync", "--json"]).args(arguments);
        let measured = measured::run(&mut command, self.folder(), &[0, 1])?;
        let runs: Vec<Run> = serde_json::from_str(&measured.printed)?;
        let run = runs.into_iter().next().context("sync printed no run")?;
        Ok((measured, run))
    }

    /// Lets the plain client make these calls; it stores the rows in a new database or nowhere.
    pub fn plain(&self, calls: &[String], store: Store) -> Result<Measured> {
        let database = self.folder().join("plain.sqlite");
        for suffix in ["", "-wal", "-shm"] {
            // One that is not there is as good.
            let _ = std::fs::remove_file(format!("{}{suffix}", database.display()));
        }
        let mut command = Command::new(this()?);
        let file = self.folder().join("calls.txt");
        std::fs::write(&file, calls.join("\n"))?;
        command.args(["plain", "--base", &self.far.address, "--calls"]).arg(file);
        if store == Store::Sqlite {
            command.arg("--store").arg(&database);
        }
        measured::run(&mut command, self.folder(), &[0])
    }

    /// Lets both systems answer like this from now on, and begin to count anew.
    pub async fn manner(&self, platform: Manner, latchel: Manner) -> Result<()> {
        self.post("manner", &Control { platform, latchel }).await
    }

    /// Lets the platform say of every record that it changed now.
    pub async fn touch(&self) -> Result<()> {
        self.post("touch", &()).await
    }

    /// Lets the platform say of every record that it changed long ago.
    pub async fn settle(&self) -> Result<()> {
        self.post("settle", &()).await
    }

    /// Changes a unit's name on the platform.
    pub async fn rename(&self, unit: u64, suffix: &str) -> Result<()> {
        self.post("rename", &Rename { unit, suffix: suffix.to_owned() }).await
    }

    /// Counts of both systems.
    pub async fn counts(&self) -> Result<Control<Counts>> {
        self.get("counts").await
    }

    /// Requests to the platform since its manner was last set: paths with queries.
    pub async fn asked(&self) -> Result<Vec<String>> {
        self.get("asked").await
    }

    /// Resources that the far side itself used.
    pub async fn usage(&self) -> Result<Usage> {
        self.get("usage").await
    }

    async fn post(&self, path: &str, body: &impl Serialize) -> Result<()> {
        let url = format!("{}/control/{path}", self.far.address);
        self.client.post(url).json(body).send().await?.error_for_status()?;
        Ok(())
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let url = format!("{}/control/{path}", self.far.address);
        Ok(self.client.get(url).send().await?.error_for_status()?.json().await?)
    }
}

/// Limits of the vendor that the adapter keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// As shipped.
    Kept,
    /// None, so that nothing but the program's own speed counts.
    Lifted,
}

/// Place where the plain client puts the rows that it fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// Into a database.
    Sqlite,
    /// Nowhere: it only reads.
    Nowhere,
}

/// This program.
pub fn this() -> Result<PathBuf> {
    std::env::current_exe().context("this program cannot be found")
}
