use super::{Ledger, RecordMemory};
use crate::Result;
use crate::model::{Kind, RecordKey, Side};

/// Finds the memories of the records of `kind` that people name by `text`: an id or number of either side, with or
/// without a `#` in front, the part of a composed id, or a part of a property's name. `platform:ID` and `latchel:ID`
/// name one record of that side alone.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn look_up(
    ledger: &dyn Ledger,
    account: &str,
    kind: Kind,
    text: &str,
) -> Result<Vec<RecordMemory>> {
    let Some(key) = exact(kind, text) else {
        let mut found = ledger.find(account, kind, bare(text)).await?;
        found.retain(|memory| !was_its_counterpart(memory, bare(text)));
        return Ok(found);
    };
    let found = ledger.recall(account, std::slice::from_ref(&key)).await?;
    let other = |memory: &RecordMemory| {
        memory.link.as_deref().map(|link| [Side::Platform, Side::Latchel].map(|side| link.key(side)))
    };
    let mut keys: Vec<_> = found.iter().filter_map(other).flatten().filter(|other| *other != key).collect();
    keys.retain(|other| kind == Kind::WorkOrder || other.side == Side::Platform);
    let mut all: Vec<_> = found;
    all.extend(if keys.is_empty() { Vec::new() } else { ledger.recall(account, &keys).await? });
    all.retain(|one| one.link.is_some() || one.outcome.is_some() || one.intent.is_some());
    Ok(all)
}

/// True of a record that was found only because it was once linked to the record that `text` names.
fn was_its_counterpart(memory: &RecordMemory, text: &str) -> bool {
    let outcome = memory.outcome.as_deref().filter(|_| memory.link.is_none() && memory.key.id != text);
    let number = format!("#{text}");
    outcome.is_some_and(|newest| {
        let is_called = newest.label.split_whitespace().next() == Some(&number);
        newest.counterpart.as_deref() == Some(text) && !is_called
    })
}

/// True of a text that may be a part of a name: one without a letter is an id or a number.
pub fn may_be_a_name(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// The text without the signs that people write around an id or number.
pub(crate) fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('#').unwrap_or(text)
}

/// The key that a text with a side in front names.
pub(crate) fn exact(kind: Kind, text: &str) -> Option<RecordKey> {
    let (side, id) = text.trim().split_once(':')?;
    let side = Side::from_name(side)?;
    let id = bare(id).to_owned();
    (!id.is_empty()).then_some(RecordKey { kind, side, id })
}

/// The same memories, record by record: the two sides of a pair are one.
pub fn records(memories: Vec<RecordMemory>) -> Vec<Vec<RecordMemory>> {
    let record = |memory: &RecordMemory| match &memory.link {
        Some(link) => link.key(Side::Platform),
        None => memory.key.clone(),
    };
    let mut all: Vec<(RecordKey, Vec<RecordMemory>)> = Vec::new();
    for memory in memories {
        let of = record(&memory);
        match all.iter_mut().find(|(key, _)| *key == of) {
            Some((_, sides)) => sides.push(memory),
            None => all.push((of, vec![memory])),
        }
    }
    all.into_iter().map(|(_, sides)| sides).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_around_an_id_is_not_part_of_it() {
        assert_eq!([" #90001 ", "90001", "#"].map(bare), ["90001", "90001", ""]);
        let key = |text: &str| exact(Kind::WorkOrder, text).map(|key| key.to_string());
        assert_eq!(key("latchel:#82").as_deref(), Some("Latchel work order 82"));
        assert_eq!(key("platform: 82").as_deref(), Some("work order 82"));
        assert_eq!([key("82"), key("other:82"), key("latchel:")], [None, None, None]);
    }
}
