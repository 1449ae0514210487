//! A process that is run to its end and measured.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::usage::{USAGE_FILE, Usage};

/// Figures and output of a process.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// From its start to its end, in seconds.
    pub wall: f64,
    /// Resources that it used itself.
    pub used: Usage,
    /// Its output.
    #[serde(skip)]
    pub printed: String,
}

/// Runs this program under another name or with other arguments, in `folder`.
///
/// # Errors
///
/// If it does not end with one of `codes`.
pub fn run(command: &mut Command, folder: &Path, codes: &[i32]) -> Result<Measured> {
    let file = folder.join("usage.json");
    command.current_dir(folder).env(USAGE_FILE, &file).stderr(Stdio::piped());
    let begin = Instant::now();
    let output = command.output().context("cannot start a process")?;
    let wall = begin.elapsed().as_secs_f64();
    let code = output.status.code().unwrap_or(-1);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(codes.contains(&code), "{command:?} ended with {code}:\n{out}\n{err}");
    let used = std::fs::read_to_string(&file).context("the process left no word of what it used")?;
    std::fs::remove_file(&file)?;
    Ok(Measured { wall, used: serde_json::from_str(&used)?, printed: out.into_owned() })
}

/// The least of each figure: what else the machine did only adds.
pub fn least(some: &[Measured]) -> Option<Measured> {
    let first = some.first()?.clone();
    Some(some.iter().skip(1).fold(first, |least, one| Measured {
        wall: least.wall.min(one.wall),
        used: if one.used.cpu() < least.used.cpu() { one.used } else { least.used },
        printed: least.printed,
    }))
}
