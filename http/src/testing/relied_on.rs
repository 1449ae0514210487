//! The table in an adapter's README of what it relies on, held against the requests of its tests.

use wiremock::Request;

/// Heading of the table's section.
const HEADING: &str = "## Relied on, and confirmed by";
/// Words of the second column, weakest last.
const CONFIRMED_BY: [&str; 4] = ["official file", "public page", "public client", "our sheet alone"];

/// An endpoint as a README names it: a method and a path with `{…}` for whatever differs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    method: String,
    path: Vec<String>,
}

impl Endpoint {
    fn is_of(&self, method: &str, path: &[&str]) -> bool {
        let fits = |(named, asked): (&String, &&str)| named.starts_with('{') || named == asked;
        self.method == method && self.path.len() == path.len() && self.path.iter().zip(path).all(fits)
    }
}

fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty()).collect()
}

/// The endpoints of the table, of which a row may name several.
pub(super) fn relied_on(readme: &str) -> Vec<Endpoint> {
    let (_, section) = readme.split_once(HEADING).unwrap_or_else(|| panic!("the README needs {HEADING:?}"));
    let rows = section.lines().skip(1).take_while(|line| !line.starts_with("## "));
    let mut endpoints = Vec::new();
    for row in rows.filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [named, confirmed, ..] = cells[..] else { panic!("a row has two columns: {row}") };
        assert!(CONFIRMED_BY.iter().any(|words| confirmed.starts_with(words)), "confirmed by what? {row}");
        for code in named.split('`').skip(1).step_by(2) {
            let (method, path) = code.split_once(' ').unwrap_or_else(|| panic!("no method and path: {code}"));
            let path = parts(path).into_iter().map(str::to_owned).collect();
            endpoints.push(Endpoint { method: method.to_owned(), path });
        }
    }
    endpoints
}

/// The requests that the table leaves out, as `METHOD path`; `base` is in front of every path.
pub(super) fn left_out(readme: &str, base: &str, requests: &[Request]) -> Vec<String> {
    let named = relied_on(readme);
    let spelled = |request: &Request| {
        let path = request.url.path();
        let path = parts(path.strip_prefix(base).unwrap_or(path));
        let method = request.method.as_str();
        let is_named = named.iter().any(|endpoint| endpoint.is_of(method, &path));
        (!is_named).then(|| format!("{method} /{}", path.join("/")))
    };
    requests.iter().filter_map(spelled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# The Acme adapter\n\n## Relied on, and confirmed by\n\n| endpoint | confirmed by |\n|---|---|\n\
                          | `GET /things`, `GET /things/{id}` | official file |\n| `POST /things` | our sheet alone: it was seen once |\n\n\
                          ## What it costs\n\n| `GET /other` | public page |\n";

    fn is_named(method: &str, path: &str) -> bool {
        relied_on(README).iter().any(|endpoint| endpoint.is_of(method, &parts(path)))
    }

    #[test]
    fn the_table_names_endpoints_and_nothing_else_does() {
        assert!(is_named("GET", "/things") && is_named("GET", "things/7") && is_named("POST", "/things"));
        for (method, path) in
            [("PUT", "/things"), ("GET", "/things/7/parts"), ("GET", "/"), ("GET", "/other")]
        {
            assert!(!is_named(method, path), "{method} {path}");
        }
    }

    #[test]
    #[should_panic(expected = "confirmed by what?")]
    fn what_an_endpoint_is_confirmed_by_is_one_of_four() {
        relied_on(&README.replace("official file", "hearsay"));
    }
}
