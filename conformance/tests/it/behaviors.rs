//! The suite and the trait's documentation say the same.

use std::collections::BTreeSet;

use latchel_sync_conformance::checks;
use libtest_mimic::{Failed, Trial};

const TRAIT: &str = include_str!("../../../core/src/platform.rs");

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("behaviors::every_sentence_is_checked_and_every_check_has_one", same),
        Trial::test("behaviors::names_are_unique", unique),
        Trial::test("behaviors::checks_of_live_accounts_have_a_sentence_each", live),
    ]
}

fn same() -> Result<(), Failed> {
    let documented = documented();
    let checked: BTreeSet<_> =
        checks().iter().map(|check| (check.method().to_owned(), check.behavior.to_owned())).collect();
    let unchecked: Vec<_> = documented.difference(&checked).collect();
    let undocumented: Vec<_> = checked.difference(&documented).collect();
    if documented.len() < 30 || !unchecked.is_empty() || !undocumented.is_empty() {
        return Err(format!("no check has {unchecked:#?}\nno documentation has {undocumented:#?}").into());
    }
    Ok(())
}

/// A live account cannot show whether every sentence holds.
fn live() -> Result<(), Failed> {
    let documented = documented();
    let sentences: BTreeSet<_> = documented.iter().map(|(_, sentence)| sentence.as_str()).collect();
    let checks = latchel_sync_conformance::live::checks();
    let unknown: Vec<_> = checks.iter().filter(|check| !sentences.contains(check.behavior)).collect();
    if checks.len() < 15 || !unknown.is_empty() {
        return Err(format!("no documentation has the sentences of {unknown:?}").into());
    }
    Ok(())
}

fn unique() -> Result<(), Failed> {
    let names: BTreeSet<_> = checks().iter().map(|check| check.name).collect();
    if names.len() == checks().len() { Ok(()) } else { Err("two checks have one name".into()) }
}

/// Every sentence under a *Behavior* with the method that it stands at, links taken out.
fn documented() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let (mut place, mut sentences): (Option<String>, Vec<String>) = (None, Vec::new());
    for line in TRAIT.lines().map(str::trim) {
        let Some(text) = line.strip_prefix("///") else {
            let method = line.trim_start_matches("async ").strip_prefix("fn ");
            let name = method.and_then(|rest| rest.split(['(', '<']).next());
            if place.as_deref() == Some("") && name.is_none() {
                continue;
            }
            let at = place.take().filter(|place| !place.is_empty()).or(name.map(ToOwned::to_owned));
            found.extend(
                sentences.drain(..).map(|sentence| (at.clone().unwrap_or_default(), plain(&sentence))),
            );
            continue;
        };
        match (text.trim(), &place) {
            (heading, _) if heading.starts_with("# Behavior") => {
                let of =
                    heading.trim_start_matches("# Behavior").trim_start_matches(" of ").replace(' ', "_");
                if let Some(before) = place.replace(of.trim_end_matches("_by_id").replace('-', "_")) {
                    found.extend(sentences.drain(..).map(|sentence| (before.clone(), plain(&sentence))));
                }
            }
            (item, Some(_)) if item.starts_with("- ") => sentences.push(item[2..].to_owned()),
            (more, Some(_)) if text.starts_with("   ") => {
                if let Some(last) = sentences.last_mut() {
                    *last = format!("{last} {more}");
                }
            }
            _ => {}
        }
    }
    found
}

/// The sentence with each ``[`Name`](path)`` made `` `Name` ``.
fn plain(sentence: &str) -> String {
    let mut out = String::new();
    let mut rest = sentence;
    while let Some(start) = rest.find("[`") {
        out.push_str(&rest[..start]);
        let Some(end) = rest[start..].find(']').map(|end| start + end) else { break };
        out.push_str(&rest[start + 1..end]);
        rest = &rest[end + 1..];
        if let Some(link) = rest.strip_prefix('(') {
            rest = link.split_once(')').map_or("", |(_, after)| after);
        }
    }
    out.push_str(rest);
    out
}
