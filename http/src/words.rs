//! The far side's own words, out of the bodies of its error answers.

use serde_json::Value;

/// Members that hold a text about the whole, without case, the first that is there before the others.
const WHOLE: [&str; 8] =
    ["usermessage", "developermessage", "message", "error_description", "detail", "error", "title", "reason"];
/// Members that hold what is wrong in particular.
const PARTS: [&str; 6] = ["errors", "modelstate", "details", "fields", "error", "base"];
/// Members of a part that name what it is about.
const ABOUT: [&str; 4] = ["field", "key", "path", "name"];
/// Members of a part that say what is wrong with it.
const SAID: [&str; 5] = ["message", "value", "detail", "error", "reason"];

/// Reads the words of an error's body, as most APIs spell them: a text about the whole, and for each part that is wrong its
/// name and a text. Knows a web page when it sees one. `None` if there are no words that it knows.
pub fn error_words(body: &[u8]) -> Option<String> {
    if is_web_page(body) {
        return Some("a web page instead of an answer; look at `base_url`".to_owned());
    }
    let body: Value = serde_json::from_slice(body).ok()?;
    let words = of_whole(&body);
    (!words.is_empty()).then(|| words.join("; "))
}

/// True if a body is a web page, or another document with tags.
pub fn is_web_page(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

fn of_whole(body: &Value) -> Vec<String> {
    let Value::Object(members) = body else { return of_parts(body) };
    let text = |name: &&str| member(body, name).and_then(text);
    let mut words: Vec<String> = WHOLE.iter().find_map(text).into_iter().collect();
    let parts = PARTS.iter().filter_map(|name| member(body, name)).flat_map(of_parts);
    for part in parts.collect::<Vec<_>>() {
        if !words.contains(&part) {
            words.push(part);
        }
    }
    if words.is_empty() {
        // A form that names each field which is wrong, and nothing else.
        words =
            members.iter().filter_map(|(field, said)| Some(format!("{field}: {}", texts(said)?))).collect();
    }
    words
}

/// The words about each part: a list of parts, or an object of fields with what is wrong with each.
fn of_parts(parts: &Value) -> Vec<String> {
    match parts {
        Value::Array(parts) => parts.iter().flat_map(of_part).collect(),
        Value::String(_) => of_part(parts),
        Value::Object(_) if SAID.iter().any(|name| member(parts, name).and_then(text).is_some()) => {
            of_part(parts)
        }
        Value::Object(fields) => {
            fields.iter().filter_map(|(field, said)| Some(format!("{field}: {}", texts(said)?))).collect()
        }
        _ => Vec::new(),
    }
}

fn of_part(part: &Value) -> Vec<String> {
    if let Some(words) = text(part) {
        return vec![words];
    }
    let first = |names: &[&str]| names.iter().find_map(|name| member(part, name).and_then(text));
    match (first(&ABOUT), first(&SAID)) {
        (Some(about), Some(said)) => vec![format!("{about}: {said}")],
        (None, Some(one)) | (Some(one), None) => vec![one],
        (None, None) => Vec::new(),
    }
}

/// A member by its name without case.
fn member<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    of.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A text that says something; several, in a list, as one.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Option<String> {
    match value {
        Value::Array(parts) => {
            let parts: Vec<_> = parts.iter().filter_map(text).collect();
            (!parts.is_empty()).then(|| parts.join(", "))
        }
        one => text(one),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_words_of_common_shapes_are_read() {
        let cases = [
            (json!({"message": "No such unit"}), "No such unit"),
            (json!({"error": "Not found", "status": 404}), "Not found"),
            (json!({"code": 7, "detail": "It is closed."}), "It is closed."),
            (
                json!({"UserMessage": "It is wrong.", "Errors": [{"Key": "Title", "Value": "too long"}]}),
                "It is wrong.; Title: too long",
            ),
            (
                json!({"userMessage": "", "errors": [{"key": "unit", "message": "missing"}, "and so on"]}),
                "unit: missing; and so on",
            ),
            (
                json!({"error": {"code": "invalid", "message": "too long", "field": "title"}}),
                "title: too long",
            ),
            (
                json!({"Message": "Invalid.", "ModelState": {"issue.Title": ["is required", "is odd"]}}),
                "Invalid.; issue.Title: is required, is odd",
            ),
            (
                json!({"unitID": ["does not exist"], "title": ["is empty"]}),
                "title: is empty; unitID: does not exist",
            ),
            (json!({"message": "Failed.", "base": ["No.", "Never."]}), "Failed.; No.; Never."),
            (json!(["one", {"message": "two"}]), "one; two"),
            (json!({"message": "Failed", "errors": {"title": "is empty"}}), "Failed; title: is empty"),
        ];
        for (body, words) in cases {
            assert_eq!(error_words(body.to_string().as_bytes()).as_deref(), Some(words), "{body}");
        }
    }

    #[test]
    fn a_body_without_words_has_none() {
        for body in ["", "null", "{}", "[]", "17", r#"{"status": 500}"#, r#"{"message": "  "}"#, "{\"a\":"] {
            assert_eq!(error_words(body.as_bytes()), None, "{body}");
        }
        let page = error_words(b" <!DOCTYPE html><p>Not here</p>");
        assert!(page.is_some_and(|words| words.starts_with("a web page")));
    }
}
