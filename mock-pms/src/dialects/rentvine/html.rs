//! Descriptions, which are HTML here and plain text in the world.

/// Plain text as a paragraph; nothing stays nothing.
pub(super) fn from_text(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    format!("<p>{}</p>", escaped.replace('\n', "<br>"))
}

/// Text that a reader of the HTML sees: everything that looks like a tag is one, and is not shown.
pub(super) fn to_text(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tagged)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = tagged.split_once('>').unwrap_or((tagged, ""));
        match tag.trim_matches(['/', ' ']).to_ascii_lowercase().as_str() {
            "br" => text.push('\n'),
            "p" | "div" if tag.starts_with('/') => text.push_str("\n\n"),
            _ => {}
        }
        rest = after;
    }
    text.push_str(rest);
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&nbsp;", " ")];
    let plain = entities.into_iter().fold(text, |text, (entity, plain)| text.replace(entity, plain));
    // Last, so that what was an entity of an entity is one now.
    plain.replace("&amp;", "&").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_as_it_was() {
        for text in ["", "plain", "a < b > c & d &amp; \"e\"", "one\ntwo\n\nthree\tfour", "<b>&lt;</b>"] {
            assert_eq!(to_text(&from_text(text)), text);
        }
        assert_eq!(from_text("a\n<b>"), "<p>a<br>&lt;b&gt;</p>");
    }

    #[test]
    fn tags_are_not_shown() {
        assert_eq!(to_text("<p>One<BR/>two <b>three</b></p><p>four</p>"), "One\ntwo three\n\nfour");
        assert_eq!(to_text("if a <b then"), "if a");
    }
}
