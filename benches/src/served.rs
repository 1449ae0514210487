//! The server, in a process of its own.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::scene::{LATCHEL_SYNC, this};
use crate::usage::{USAGE_FILE, Usage};

/// The process that serves; dropping it ends it.
pub struct Served {
    process: Child,
    /// The dashboard's address, with its slash at the end.
    pub url: String,
    usage: PathBuf,
}

impl Served {
    /// Starts it in a folder with a configuration, with further arguments, and waits until it listens.
    pub fn start(folder: &Path, arguments: &[&str]) -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let usage = folder.join(format!("usage-{}.json", NEXT.fetch_add(1, Ordering::Relaxed)));
        let mut command = Command::new(this()?);
        command
            .arg0(LATCHEL_SYNC)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .current_dir(folder);
        command.env(USAGE_FILE, &usage).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn()?;
        let out = process.stdout.take().context("it has no output")?;
        let mut served = Self { process, url: String::new(), usage };
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let at = line.find("http://").with_context(|| format!("it does not listen: {line}"))?;
        served.url = line.trim().get(at..).unwrap_or_default().to_owned();
        Ok(served)
    }

    /// Size of its resident memory, in KiB.
    pub fn resident_kib(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.split_whitespace().next().context("no number")?.parse()?)
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill(Pid::from_raw(i32::try_from(self.process.id())?), signal)?)
    }

    /// Tells it to stop, waits until it has, and returns what it used.
    pub fn stop(&mut self) -> Result<Usage> {
        self.signal(Signal::SIGTERM)?;
        let ended = self.process.wait()?;
        ensure!(ended.success(), "it ended with {ended}");
        let used = std::fs::read_to_string(&self.usage).context("it left no word of what it used")?;
        Ok(serde_json::from_str(&used)?)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
