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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_see_is_the_text() {
        for (html, text) in [
            ("<p>One</p><p>two<br>three<br/>four</p>", "One\n\ntwo\nthree\nfour"),
            (
                "<P class=\"a\">The <b>red</b> tap &amp; the caf&eacute;&nbsp;&#39;s</P>",
                "The red tap & the café 's",
            ),
            ("<ul><li>one</li><li>two</li></ul>after", "one\ntwo\n\n\nafter"),
            ("<!-- hidden -->shown", "shown"),
            ("&lt;b&gt;&amp;amp;", "<b>&amp;"),
            ("5 < 6 & 7 > 6, <3", "5 < 6 & 7 > 6, <3"),
            ("plain\ntext, no end <b", "plain\ntext, no end <b"),
            ("", ""),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
    }

    #[test]
    fn a_text_is_the_same_when_it_comes_back() {
        for text in ["One", "a <b>&amp;</b> \"c\"\nd\n\ne\tf", "<script>alert(1)</script>", "a &lt; b"] {
            let html = from_text(text);
            assert!(!html.contains("<b>") && !html.contains("<script"), "{html}");
            assert_eq!(to_text(&html), text);
        }
        assert_eq!(from_text("a\r\nb"), "<p>a<br>b</p>");
    }
}
