//! A JSON or YAML file from outside. Nothing in it may hang the command or exhaust its memory.

mod yaml;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Error;
use serde_json::Value;

use crate::exit::Failure;

/// Longest file that is read, in bytes.
const LONGEST: u64 = 8 * 1024 * 1024;

/// Place in a file, and what is wrong there.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    line: usize,
    column: usize,
    what: String,
}

/// Reads a file.
///
/// # Errors
///
/// Names the file, and the line where it cannot be understood.
pub(crate) fn read(path: &Path) -> Result<Value, Failure> {
    let name = path.display();
    let mut bytes = Vec::new();
    let opened = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
    opened.map_err(|error| Failure::run(Error::msg(format!("{name}: {error}"))))?;
    if bytes.len() as u64 > LONGEST {
        let problem = format!("{name}: longer than {} MB, which no such file is", LONGEST / 1024 / 1024);
        return Err(Failure::run(Error::msg(problem)));
    }
    read_document(&name.to_string(), &bytes)
}

/// Reads the content of the JSON or YAML file `name`.
///
/// # Errors
///
/// Names the file, and the line where it cannot be understood.
pub fn read_document(name: &str, bytes: &[u8]) -> Result<Value, Failure> {
    parse(bytes).map_err(|Problem { line, column, what }| {
        Failure::run(Error::msg(format!("{name}:{line}:{column}: {what}")))
    })
}

/// JSON begins with a brace; all other documents are YAML, and so is what only looks like JSON.
fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Problem { line, column: 1, what: "this is not UTF-8".to_owned() }
    })?;
    if !text.trim_start().starts_with(['{', '[']) {
        return yaml::parse(text);
    }
    serde_json::from_str(text).or_else(|error| {
        let (line, column) = (error.line(), error.column());
        let what = error.to_string();
        let what = what.split(" at line ").next().unwrap_or_default().to_owned();
        yaml::parse(text).map_err(|_| Problem { line, column, what })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_and_yaml_are_the_same() {
        let wanted = Ok(json!({"openapi": "3.0.3", "paths": {"/jobs": {"get": {"responses": {"200": {}}}}}}));
        let json = br#"{"openapi": "3.0.3", "paths": {"/jobs": {"get": {"responses": {"200": {}}}}}}"#;
        let yaml =
            b"\xef\xbb\xbfopenapi: '3.0.3'\npaths:\n  /jobs:\n    get:\n      responses:\n        200: {}\n";
        assert_eq!(parse(json), wanted);
        assert_eq!(parse(yaml), wanted);
        assert_eq!(parse(b"{openapi: 3.0.3, paths: {/jobs: {get: {responses: {200: {}}}}}}"), wanted);
    }

    #[test]
    fn a_mistake_has_its_line() {
        let line = |bytes: &[u8]| parse(bytes).expect_err("a mistake").line;
        assert_eq!(line(b"{\n\"a\": 1,\n\"b\" 2}"), 3);
        assert_eq!(line(b"a: 1\nb: [1, 2\n"), 3);
        assert_eq!(line(b"a: 1\nb: \"\xff\"\n"), 2);
        assert_eq!(line(b""), 1);
    }

    #[test]
    fn a_hostile_file_ends_soon() {
        let deep = [vec![b'['; 100_000], vec![b'{'; 100_000]];
        for text in deep {
            assert!(parse(&text).is_err());
        }
        assert!(parse("- ".repeat(50_000).as_bytes()).is_err());
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..30 {
            let last = format!("*a{}, ", i - 1).repeat(10);
            bomb.push_str(&format!("a{i}: &a{i} [{last}]\n"));
        }
        assert!(parse(bomb.as_bytes()).expect_err("a bomb").what.contains("too much"));
        assert!(parse(b"a: &a [*a]\n").is_err());
    }
}
