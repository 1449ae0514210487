//! The snippets of docs/writing-an-adapter.md stand in the files that they name.

use std::path::Path;

const GUIDE: &str = include_str!("../../../docs/writing-an-adapter.md");
/// Line of a snippet in place of lines that it leaves out.
const LEFT_OUT: &str = "// …";

/// Each snippet: its info string, and its lines.
fn snippets(guide: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found = Vec::new();
    let mut open: Option<(&str, Vec<&str>)> = None;
    for line in guide.lines() {
        match (line.trim_start().strip_prefix("```"), open.take()) {
            (Some(info), None) => open = Some((info, Vec::new())),
            (Some(_), Some(snippet)) => found.push(snippet),
            (None, Some((info, mut lines))) => {
                lines.push(line);
                open = Some((info, lines));
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a snippet has no end");
    found
}

/// True if the parts of a snippet stand in the text one after the other, whatever their indentation.
fn stands_in(text: &str, snippet: &[&str]) -> bool {
    let text: Vec<_> = text.lines().map(str::trim).collect();
    let snippet: Vec<_> = snippet.iter().map(|line| line.trim()).collect();
    let mut rest = &text[..];
    snippet.split(|line| *line == LEFT_OUT).all(|part| {
        let at = rest.windows(part.len()).position(|lines| lines == part);
        rest = at.map_or(&[], |at| &rest[at + part.len()..]);
        at.is_some()
    })
}

#[test]
fn every_snippet_stands_in_the_file_that_it_names() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let snippets = snippets(GUIDE);
    let mut compared = 0;
    for (info, lines) in &snippets {
        let Some((_, file)) = info.split_once(" file=") else {
            assert_eq!(*info, "sh", "only commands stand for themselves: {lines:?}");
            continue;
        };
        let text = std::fs::read_to_string(root.join(file)).expect(file);
        assert!(stands_in(&text, lines), "this is not in {file}:\n{}", lines.join("\n"));
        compared += 1;
    }
    assert!(compared >= 15, "{compared}");
}

#[test]
fn a_snippet_that_is_out_of_date_is_seen() {
    let text = "fn one() {\n    1\n}\n\nfn two() {\n    2\n}\n";
    assert!(stands_in(text, &["1", "}"]));
    assert!(stands_in(text, &["fn one() {", LEFT_OUT, "  2"]));
    for old in [&["fn one() {", "2"][..], &["fn two() {", LEFT_OUT, "1"], &["fn three() {"]] {
        assert!(!stands_in(text, old), "{old:?}");
    }
}

#[test]
fn every_file_and_folder_that_the_text_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let named = GUIDE.split('`').skip(1).step_by(2).filter(|code| code.contains('/') && !code.contains(' '));
    let paths: Vec<_> = named.filter(|path| !path.contains("acme") && !path.contains('\n')).collect();
    assert!(paths.len() >= 5, "{paths:?}");
    for path in paths {
        assert!(root.join(path).exists(), "{path}");
    }
}
