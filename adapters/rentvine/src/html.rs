//! Descriptions, which are HTML in Rentvine and plain text everywhere else.

/// Tags that end a line, and those that end a paragraph.
const LINES: [&str; 4] = ["br", "/li", "/tr", "/div"];
const PARAGRAPHS: [&str; 4] = ["/p", "/ul", "/ol", "/table"];

/// The text that people see. What no tag begins with is text: a description may as well be plain.
pub(crate) fn to_text(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tagged)) = rest.split_once('<') {
        text.push_str(before);
        let tag = tagged.split_once('>').filter(|_| begins_tag(tagged));
        let Some((tag, after)) = tag else {
            text.push('<');
            rest = tagged;
            continue;
        };
        let name = tag.split([' ', '\t', '\n']).next().unwrap_or_default().to_ascii_lowercase();
        let name = name.strip_suffix('/').unwrap_or(&name);
        if LINES.contains(&name) {
            text.push('\n');
        } else if PARAGRAPHS.contains(&name) {
            text.push_str("\n\n");
        }
        rest = after;
    }
    text.push_str(rest);
    // A space that does not break is one all the same.
    htmlize::unescape(text).replace('\u{a0}', " ").trim().to_owned()
}

fn begins_tag(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || ['/', '!'].contains(&first))
}

/// A plain text as paragraphs and lines.
pub(crate) fn from_text(text: &str) -> String {
    let text = htmlize::escape_text(text.replace("\r\n", "\n"));
    format!("<p>{}</p>", text.replace("\n\n", "</p><p>").replace('\n', "<br>"))
}
