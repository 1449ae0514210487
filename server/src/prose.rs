use std::fmt;

use askama::filters::{Escaper, Html, HtmlSafe};

/// A sentence as a page shows it: what stands between backticks, as what is typed or configured does, is code. All of it is
/// escaped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prose<T>(T);

/// Shows a sentence, whose backticks come in pairs; one without its partner is shown as it is.
pub(crate) fn prose<T: AsRef<str>>(text: T) -> Prose<T> {
    Prose(text)
}

impl<T: AsRef<str>> fmt::Display for Prose<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_ref();
        while let Some((before, code, after)) = quoted(rest) {
            Html.write_escaped_str(&mut *f, before)?;
            f.write_str("<code>")?;
            Html.write_escaped_str(&mut *f, code)?;
            f.write_str("</code>")?;
            rest = after;
        }
        Html.write_escaped_str(f, rest)
    }
}

/// Everything that is not one of its own two tags is escaped above.
impl<T: AsRef<str>> HtmlSafe for Prose<T> {}

/// The first pair of backticks: what stands before, in and after it.
fn quoted(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

#[cfg(test)]
mod tests {
    use askama::Template;

    #[derive(Template)]
    #[template(source = "{{ crate::prose::prose(text) }}", ext = "html")]
    struct Page<'a> {
        text: &'a str,
    }

    #[test]
    fn what_stands_between_backticks_is_code_and_markup_is_text_wherever_it_stands() {
        let shown = |text| Page { text }.render().expect("a page");
        assert_eq!(
            shown("Run `sync --since` or `plan`."),
            "Run <code>sync --since</code> or <code>plan</code>."
        );
        assert_eq!(shown("the last `a` ` stays"), "the last <code>a</code> ` stays");
        assert_eq!(shown("<b> `<i>&` <u>"), "&#60;b&#62; <code>&#60;i&#62;&#38;</code> &#60;u&#62;");
        assert_eq!(shown("</code>`</code>`"), "&#60;/code&#62;<code>&#60;/code&#62;</code>");
    }
}
