use std::collections::BTreeSet;

use latchel_sync_core::model::{Kind, Severity};

use crate::bench::{Bench, EVERYTHING, Outcome};
use crate::expect::{ensure, same};
use crate::far_side::{Ground, Recording, Setup};
use crate::records::NewWorkOrder;
use crate::report::{Stop, Verdict};

/// Each word in the answers that is not the suite's own is replaced, one after the other, by a word that nobody knows:
/// whatever list of values it was from, no record is refused.
pub async fn no_unknown_word_is_refused(setup: &dyn Setup) -> Verdict {
    let ground = Ground { recording: Recording::Answers, ..Ground::default() };
    let bench = Bench::on(setup, ground).await?;
    bench.add(Kind::Property, "House").await?;
    let kim = bench.far.add_resident(&bench.resident("Worded")).await?;
    let new = NewWorkOrder {
        requested_by: Some(kim),
        severity: Severity::Urgent,
        entry_allowed: Some(true),
        ..bench.work_order("Words")
    };
    bench.far.add_work_order(&new).await?;
    bench.far.forget_calls().await?;
    let readable = readable(&bench).await?;
    let words: BTreeSet<_> = bench.far.words().await?.into_iter().filter(|word| is_of_a_list(word)).collect();
    for word in &words {
        bench.far.reword(word, "Moonlit").await?;
        let now = self::readable(&bench).await;
        let now = now.map_err(|stop| Stop::failed(format!("with \"Moonlit\" for {word:?}: {stop:?}")))?;
        same(&format!("what can be read with \"Moonlit\" in the place of {word:?}"), &now, &readable)?;
    }
    ensure!(!words.is_empty(), "the answers must have some word");
    Ok(())
}

/// Numbers of records that are understood, for each kind.
async fn readable(bench: &Bench) -> Result<Vec<usize>, Stop> {
    let mut counts = Vec::new();
    for kind in Kind::ALL {
        let listed = bench.list(kind, EVERYTHING).await?;
        let invalid = listed.iter().filter(|row| matches!(row.outcome, Outcome::Invalid { .. })).count();
        ensure!(invalid == 0, "{invalid} of the rows of the kind {kind} are refused");
        counts.push(listed.len());
    }
    Ok(counts)
}

/// True of a word that may come from the platform's own list of values, and is no number, instant, id or text of
/// somebody's.
fn is_of_a_list(word: &str) -> bool {
    let texts = ["House", "Home", "Kim", "Worded", "Words", "Portland", "OR"];
    let plain = word.chars().all(|letter| letter.is_ascii_alphabetic() || letter == ' ' || letter == '_');
    plain && !word.trim().is_empty() && word.len() < 40 && !texts.iter().any(|text| word.contains(text))
}
