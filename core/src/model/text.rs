//! Texts as far sides store and count them (rule E4).

/// The beginning of a text that is at most `longest` UTF-16 code units long: .NET counts so, and a text has never fewer of
/// them than characters. No character is cut in two.
pub fn cut(text: &str, longest: usize) -> &str {
    let mut units = 0;
    let fits = |&(_, character): &(usize, char)| {
        units += character.len_utf16();
        units <= longest
    };
    let end = text.char_indices().take_while(fits).last().map_or(0, |(at, one)| at + one.len_utf8());
    &text[..end]
}

/// The length of a text in UTF-16 code units.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// True if two texts are the same as systems store them: without blanks at the ends, and with line ends of one kind.
pub fn same_text(one: &str, other: &str) -> bool {
    one == other || stored(one).eq(stored(other))
}

/// True if two texts are the [same](same_text), or both absent; a blank text counts as absent.
pub fn same_optional(one: Option<&str>, other: Option<&str>) -> bool {
    same_text(one.unwrap_or_default(), other.unwrap_or_default())
}

/// Characters of a text as systems store it.
fn stored(text: &str) -> impl Iterator<Item = char> {
    let mut characters = text.trim().chars().peekable();
    std::iter::from_fn(move || match characters.next()? {
        '\r' => {
            characters.next_if_eq(&'\n');
            Some('\n')
        }
        character => Some(character),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_utf_16_units_and_never_within_a_character() {
        assert_eq!(cut("Tap", 127), "Tap");
        assert_eq!(cut("Tap", 2), "Ta");
        assert_eq!(cut("a💧b", 3), "a💧");
        assert_eq!(cut("a💧b", 2), "a", "half of it is none");
        assert_eq!(cut("💧", 1), "");
        assert_eq!(cut("äöü", 2), "äö");
        assert_eq!(cut("", 5), "");
        let mixed = format!("{}{}", "💧".repeat(60), "x".repeat(41));
        assert_eq!(length(&mixed), 161);
        assert_eq!(length(cut(&mixed, 127)), 127);
        assert_eq!(length(cut(&mixed, 111)), 110);
    }

    #[test]
    fn texts_are_compared_as_they_are_stored() {
        assert!(same_text(" Elm House\r\n", "Elm House"));
        assert!(same_text("one\r\ntwo\rthree\n", "one\ntwo\nthree"));
        assert!(!same_text("Elm  House", "Elm House"), "blanks within count");
        assert!(!same_text("one\n\ntwo", "one\r\ntwo"), "so do empty lines");
        assert!(same_optional(Some(" "), None));
        assert!(!same_optional(Some("Elm"), None));
    }
}
