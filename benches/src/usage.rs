//! Resources that a process used, as it tells itself at its end.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use serde::{Deserialize, Serialize};

/// Names the file to which a process writes what it used, at its end.
pub const USAGE_FILE: &str = "BENCHES_USAGE";

/// Resources that a process used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Processor time in its own code, in seconds.
    pub user: f64,
    /// Processor time in the kernel, in seconds.
    pub system: f64,
    /// The most memory that was resident at once, in KiB.
    pub peak_kib: u64,
}

impl Usage {
    /// Of this process so far; zeros where the system does not tell.
    pub fn of_this_process() -> Self {
        let seconds = |time: TimeVal| {
            Duration::new(time.tv_sec().unsigned_abs(), time.tv_usec().unsigned_abs() as u32 * 1_000)
                .as_secs_f64()
        };
        let Ok(used) = getrusage(UsageWho::RUSAGE_SELF) else { return Self::default() };
        Self { user: seconds(used.user_time()), system: seconds(used.system_time()), peak_kib: peak_kib() }
    }

    /// Processor time, in seconds.
    pub fn cpu(&self) -> f64 {
        self.user + self.system
    }

    /// Peak resident memory, in MB.
    pub fn peak_mb(&self) -> f64 {
        self.peak_kib as f64 * 1024.0 / 1e6
    }

    /// Writes what this process used to the file that the environment names, if it names one.
    pub fn leave() -> Result<()> {
        let Some(file) = std::env::var_os(USAGE_FILE) else { return Ok(()) };
        let text = serde_json::to_string(&Self::of_this_process())?;
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", Path::new(&file).display()))
    }
}

/// The kernel's `ru_maxrss` outlives an `exec`, so that it would be the parent's where that is larger; this is the
/// process's own.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
