/// The page that somebody wanted when they were asked to log in, if `next` is a path of this server, or else the first page.
/// Browsers read `//host` and `/\host` as another server, and leave out line breaks and tabs before they do.
pub(super) fn local_path(next: &str) -> &str {
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_plain && next.starts_with('/') && !next.starts_with("//") { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_followed() {
        for path in ["/", "/accounts/main?kind=property", "/a%0d%0ab", "/a//b"] {
            assert_eq!(local_path(path), path);
        }
        for elsewhere in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\r\nSet-Cookie: a=b",
            " //evil.example",
            "javascript:alert(1)",
            "accounts",
            "/ä",
        ] {
            assert_eq!(local_path(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
