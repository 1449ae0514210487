//! Removal of contact data from what a far side repeats of a request.

use serde_json::Value;

/// The fewest digits of a telephone number.
const DIGITS: usize = 7;

/// `words` without the names, e-mail addresses and telephone numbers of the request that they answer: errors end up
/// in logs and in the ledger, which keep no contact data.
pub(crate) fn without_contact_data(words: String, sent: Option<&[u8]>) -> String {
    let Some(sent) = sent.and_then(|body| serde_json::from_slice::<Value>(body).ok()) else { return words };
    let mut personal = Vec::new();
    collect("", &sent, &mut personal);
    // The longest first, so that no part of one is left over.
    personal.sort_by_key(|text| std::cmp::Reverse(text.len()));
    personal.iter().fold(words, |words, text| words.replace(*text, "[as sent]"))
}

fn collect<'a>(key: &str, value: &'a Value, personal: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if is_personal(key, text) => personal.push(text),
        Value::Array(values) => values.iter().for_each(|value| collect(key, value, personal)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| collect(key, value, personal)),
        _ => {}
    }
}

fn is_personal(key: &str, text: &str) -> bool {
    let key = key.to_lowercase();
    let named = ["name", "mail", "phone"].iter().any(|part| key.contains(part));
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.chars().count() > 2 && (named || text.contains('@') || digits >= DIGITS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_sent_about_people_is_blotted_out_and_the_rest_stays() {
        let sent = json!({
            "name": "Ada Abara",
            "contact": [{"email": "ada@example.com"}, {"value": "+1 208 555 0142"}],
            "title": "Tap",
            "state": "ID",
        });
        let words = "email: ada@example.com is taken by Ada Abara (+1 208 555 0142); title Tap, state ID";
        let body = serde_json::to_vec(&sent).unwrap();
        assert_eq!(
            without_contact_data(words.to_owned(), Some(&body)),
            "email: [as sent] is taken by [as sent] ([as sent]); title Tap, state ID"
        );
        assert_eq!(without_contact_data(words.to_owned(), None), words);
    }
}
