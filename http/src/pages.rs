//! The ways in which far sides cut a list into pages.

use futures::StreamExt;
use futures::stream::BoxStream;
use latchel_sync_core::{Error, ErrorKind, Result};
use reqwest::Url;
use serde_json::Value;

/// The most of a link that an error shows.
const LONGEST_LINK: usize = 200;

/// One page of a list, and where the next one begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<C> {
    /// Its rows.
    pub rows: Vec<Value>,
    /// What to ask for the next page with; `None` if this was the last.
    pub next: Option<C>,
}

impl Page<usize> {
    /// A page of a list that is walked by offset or page number and tells no total that can be trusted: it goes on
    /// from `next` for as long as pages are full, which is `size` rows.
    pub fn while_full(rows: Vec<Value>, size: usize, next: usize) -> Self {
        let full = rows.len() >= size;
        Self { rows, next: full.then_some(next) }
    }
}

/// The query of a link to a list's next page, decoded. Nothing else of the link is used, so that it can lead neither to
/// another host nor to another list, however the far side spells its prefix.
///
/// # Errors
///
/// [`ErrorKind::Malformed`] if the link is no path on the same host that ends with `path`.
pub fn query_of_link(link: &str, path: &str) -> Result<Vec<(String, String)>> {
    let strange = || {
        Error::new(ErrorKind::Malformed, "the link to the next page does not lead to the same list")
            .with("link", link.chars().take(LONGEST_LINK).collect::<String>())
    };
    let here = Url::parse("https://here.invalid/").map_err(|_| strange())?;
    let url = here.join(link).map_err(|_| strange())?;
    let same_list = url.path().ends_with(&format!("/{}", path.trim_matches('/')));
    if url.origin() != here.origin() || !same_list {
        return Err(strange());
    }
    Ok(url.query_pairs().into_owned().collect())
}

/// The pages of a list, each asked for when the one before it was taken. `ask` gets `first`, and then what each page
/// named as its next.
pub fn pages<'a, C, F, Fut>(first: C, ask: F) -> BoxStream<'a, Result<Vec<Value>>>
where
    C: Send + 'a,
    F: Fn(C) -> Fut + Send + Sync + 'a,
    Fut: Future<Output = Result<Page<C>>> + Send + 'a,
{
    futures::stream::try_unfold((Some(first), ask), |(cursor, ask)| async move {
        let Some(cursor) = cursor else { return Ok(None) };
        let Page { rows, next } = ask(cursor).await?;
        Ok(Some((rows, (next, ask))))
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::query_of_link;

    #[test]
    fn only_the_query_of_a_link_to_the_same_list_is_used() {
        let pairs = query_of_link("/api/v0/units?page[number]=2&filters%5BId%5D=a,b", "units").unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs, [pair("page[number]", "2"), pair("filters[Id]", "a,b")]);
        for elsewhere in [
            "https://evil.example/api/v0/units?a=b",
            "//evil.example/units",
            "/api/v0/tenants?a=b",
            "/api/v0/xunits",
        ] {
            assert!(query_of_link(elsewhere, "units").is_err(), "{elsewhere}");
        }
    }
}
