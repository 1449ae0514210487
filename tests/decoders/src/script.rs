//! A far side's answers as a text that a person can write and a fuzzer can change.
//!
//! The first line names the call; then come the answers, with a line `%%` between them. An answer is a line with its
//! status, a line for each header, an empty line, and the body:
//!
//! ```text
//! properties
//! 200
//! x-total-count: 1
//!
//! [{"Id": 1}]
//! %%
//! 404
//!
//! {"UserMessage": "gone"}
//! ```

use serde_json::Value;

/// More answers than this are left out.
const MOST: usize = 24;

/// Fields in which far sides keep the rows of a page that is no bare list.
const ROWS: [&str; 3] = ["data", "items", "results"];

#[derive(Debug, Clone)]
pub struct Script {
    pub call: String,
    pub answers: Vec<Answer>,
}

#[derive(Debug, Clone)]
pub struct Answer {
    /// 200 to 599.
    pub status: u16,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Script {
    pub fn read(input: &[u8]) -> Self {
        let (call, rest) = line(input);
        let call = String::from_utf8_lossy(call).trim().to_owned();
        Self { call, answers: parts(rest).into_iter().take(MOST).map(Answer::read).collect() }
    }

    /// The same with a row that cannot be read at the end of each list; `None` if there is no list, or if a header
    /// may count the rows, because it would then be wrong.
    pub fn with_unreadable_rows(&self) -> Option<Self> {
        let mut worse = self.clone();
        let mut changed = false;
        for answer in &mut worse.answers {
            if !answer.headers.is_empty() {
                return None;
            }
            let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { continue };
            let rows = match &mut body {
                Value::Array(rows) => Some(rows),
                Value::Object(members) => {
                    if let Some(total) = members.get("total").and_then(Value::as_u64) {
                        members.insert("total".to_owned(), Value::from(total.saturating_add(1)));
                    }
                    let name = ROWS.into_iter().find(|name| members.get(*name).is_some_and(Value::is_array));
                    name.and_then(|name| members.get_mut(name)).and_then(Value::as_array_mut)
                }
                _ => None,
            };
            if let Some(rows) = rows {
                rows.push(Value::Null);
                answer.body = body.to_string().into_bytes();
                changed = true;
            }
        }
        changed.then_some(worse)
    }
}

impl Answer {
    fn read(part: &[u8]) -> Self {
        let (status, mut rest) = line(part);
        let status = std::str::from_utf8(status).ok().and_then(|text| text.trim().parse().ok());
        let mut headers = Vec::new();
        loop {
            let (header, after) = line(rest);
            rest = after;
            let Some(colon) = header.iter().position(|byte| *byte == b':') else { break };
            let name = String::from_utf8_lossy(&header[..colon]).trim().to_ascii_lowercase();
            headers.push((name, header[colon + 1..].trim_ascii().to_vec()));
        }
        let status = status.filter(|status| (200..600).contains(status)).unwrap_or(200);
        Self { status, headers, body: rest.to_vec() }
    }

    pub fn is_success(&self) -> bool {
        self.status < 300
    }
}

/// The first line, and what comes after it.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &[]),
    }
}

/// Parts between the lines `%%`.
fn parts(text: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.windows(4).position(|window| window == b"\n%%\n") {
        parts.push(&rest[..at]);
        rest = &rest[at + 4..];
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_a_call_and_answers() {
        let script = Script::read(b"users\n200\nx-a: b\n\n[1]\n%%\n404\n\nno\n%%\n");
        assert_eq!((script.call.as_str(), script.answers.len()), ("users", 2));
        assert_eq!(script.answers[0].headers, [("x-a".to_owned(), b"b".to_vec())]);
        assert_eq!(script.answers[0].body, b"[1]");
        assert_eq!((script.answers[1].status, script.answers[1].body.as_slice()), (404, &b"no"[..]));
        assert!(script.with_unreadable_rows().is_none());
        let script = Script::read(b"users\n200\n\n{\"data\": [1]}");
        let worse = script.with_unreadable_rows().expect("a list");
        assert_eq!(worse.answers[0].body, b"{\"data\":[1,null]}");
    }
}
