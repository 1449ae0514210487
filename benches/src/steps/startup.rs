//! Target 8: how long the built command takes to start, and to say how an account stands whose ledger is large.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::Scenes;
use crate::scene::{LATCHEL_SYNC, this};
use crate::table::{Line, Report, Verdict};

/// The most time for `status`, in milliseconds.
const STATUS: f64 = 50.0;
/// Number of processes that are started one after another; the median counts.
const STARTS: usize = 20;

pub async fn run(scenes: &mut Scenes, report: &mut Report) -> Result<()> {
    let binary = build()?;
    let size = std::fs::metadata(&binary)?.len() as f64 / 1e6;
    let linked = scenes.sizes.many;
    let scene = scenes.many()?;
    let ledger = std::fs::metadata(scene.ledger())?.len() as f64 / 1e6;
    let status = median(&binary, &["status"], scene.folder())?;
    let version = median(&binary, &["--version"], scene.folder())?;
    let lines = vec![
        Line::target(
            "T8",
            format!("`status`, {linked} links: the median of {STARTS} processes"),
            format!("< {STATUS} ms"),
            format!("{status:.1} ms"),
            Verdict::of(status < STATUS),
        ),
        Line::told("T8", "`--version`", format!("{version:.1} ms")),
        Line::told("T8", "the binary, as built", format!("{size:.1} MB")),
        Line::told("T8", format!("the ledger with {linked} links"), format!("{ledger:.0} MB")),
    ];
    report.add(
        "t8",
        lines,
        json!({ "status_ms": status, "version_ms": version, "binary_mb": size, "ledger_mb": ledger }),
    );
    Ok(())
}

/// The command, built as this program is.
fn build() -> Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "-p", "benches", "-p", LATCHEL_SYNC, "--bin", LATCHEL_SYNC]);
    // Cargo's folder for a profile has its name, but for one.
    let program = this()?;
    let folder = program.parent().and_then(Path::file_name).context("this program is in no folder")?;
    cargo.arg("--profile").arg(if folder == "debug" { OsStr::new("dev") } else { folder });
    let done = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().context("cannot start cargo")?;
    ensure!(done.success(), "latchel-sync does not build");
    Ok(program.with_file_name(LATCHEL_SYNC))
}

/// In milliseconds.
fn median(binary: &Path, arguments: &[&str], folder: &Path) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let mut command = Command::new(binary);
        command.args(arguments).current_dir(folder).stdout(Stdio::null());
        let begin = Instant::now();
        let done = command.status()?;
        times.push(begin.elapsed().as_secs_f64() * 1_000.0);
        ensure!(done.success(), "{command:?} ended with {done}");
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
