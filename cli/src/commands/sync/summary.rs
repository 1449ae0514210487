use std::collections::BTreeSet;

use latchel_sync_core::ErrorKind;
use latchel_sync_core::engine::StopSignal;
use latchel_sync_core::ledger::Run;
use latchel_sync_core::model::Tense;

/// The counts of each phase, by reason. A run that somebody stopped needs no hint.
pub(super) fn summary(run: &Run, tense: Tense, stop: &StopSignal) {
    let verb = if tense == Tense::Has { "written" } else { "to write" };
    say!();
    say!("{}: {} ({})", run.account, run.status.as_str(), run.id);
    // One hint for each cause: most end every phase.
    let mut told = BTreeSet::new();
    for phase in &run.phases {
        say!("  {}: {} records looked at, {} {verb}", phase.phase, phase.records(), phase.writes);
        for (reason, count) in &phase.counts {
            say!("    {count:>7}  {:<34} {}", reason.code(), reason.sentence(tense));
        }
        if let Some(error) = &phase.error {
            say!("    stopped: {error}");
        }
        let is_new = |kind: &ErrorKind| !stop.is_set() && told.insert(*kind);
        if let Some(remedy) = phase.error_kind.filter(is_new).and_then(ErrorKind::remedy) {
            say!("    hint: {remedy}");
        }
        if let Some(pause) = &phase.paused {
            say!("    paused: {pause}");
        }
    }
    for warning in &run.warnings {
        note!("warning: {warning}");
    }
}
