//! Attention as a part of a page: each cause with its remedy and where to go.

use latchel_sync_core::model::{Need, Reason};

use super::account::address;
use super::filters::Asked;
use crate::views::{Attention, CauseView};

/// Part of a page that says what needs somebody, and what goes on by itself.
pub(super) struct AttentionPart {
    /// Number of causes, in words; empty if nothing needs somebody.
    pub title: String,
    pub causes: Vec<CauseRow>,
    /// Those that are folded.
    pub folded: Vec<CauseRow>,
    /// Number of causes that are not named here.
    pub more: u64,
    /// Sentences about what goes on by itself.
    pub waiting: Vec<CauseRow>,
}

/// A cause with its remedy and its links.
pub(super) struct CauseRow {
    pub place: Option<String>,
    pub units: String,
    pub sentence: String,
    pub detail: Option<String>,
    pub remedy: String,
    /// Links, each with its text and address.
    pub links: Vec<(String, String)>,
}

impl AttentionPart {
    /// Shows `open` causes that need somebody and folds the others that are named.
    pub fn of(account: &str, attention: Attention, open: usize) -> Self {
        let count = attention.need_somebody;
        let title = match count {
            0 => String::new(),
            1 => "1 thing needs attention".to_owned(),
            _ => format!("{count} things need attention"),
        };
        let (mut causes, waiting): (Vec<_>, Vec<_>) =
            attention.causes.into_iter().partition(|cause| cause.needs == Need::Somebody);
        let more = count.saturating_sub(causes.len() as u64);
        let folded = causes.split_off(open.min(causes.len()));
        let rows = |causes: Vec<CauseView>| causes.iter().map(|cause| CauseRow::of(account, cause)).collect();
        Self { title, causes: rows(causes), folded: rows(folded), more, waiting: rows(waiting) }
    }
}

impl CauseRow {
    fn of(account: &str, cause: &CauseView) -> Self {
        Self {
            place: cause.place(),
            units: cause.units(),
            sentence: cause.sentence.clone(),
            detail: cause.detail.as_deref().map(capitalised),
            remedy: cause.remedy.clone(),
            links: links(account, cause),
        }
    }
}

fn links(account: &str, cause: &CauseView) -> Vec<(String, String)> {
    let at = address(account);
    let results = |asked: Asked| format!("{at}/results?{}", asked.query());
    let reason = Reason::from_code(cause.cause);
    let mut links = Vec::new();
    if let Some(record) = &cause.record {
        let id: String = form_urlencoded::byte_serialize(record.as_bytes()).collect();
        let text = if cause.properties > 1 { "Open its first unit" } else { "Open it" };
        links.push((text.to_owned(), format!("{at}/records/property/{}", id.replace('+', "%20"))));
    }
    match (reason, &cause.property) {
        (Some(Reason::HeldForAdoption | Reason::PossibleTwin), _) => {
            links.push(("Compare the two systems".to_owned(), format!("{at}/adopt")));
        }
        (Some(Reason::MassChangeHeld), _) => {
            links.push(("Go to the account".to_owned(), format!("{at}#act")));
        }
        _ => {}
    }
    match (&cause.property, cause.residents + cause.work_orders) {
        (Some(_), 0) => {}
        (Some(property), count) => {
            let asked = Asked { waits_for: property.clone(), ..Asked::default() };
            links.push((format!("Show what waits ({count})"), results(asked)));
        }
        (None, _) => {
            let asked = Asked { reason: cause.cause.to_owned(), ..Asked::default() };
            links.push(("Show them".to_owned(), results(asked)));
        }
    }
    links
}

/// The text with a capital letter at its begin, as it stands by itself.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
