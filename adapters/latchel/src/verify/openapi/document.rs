use latchel_sync_core::{Error, ErrorKind, Result};
use serde_json::Value;

use super::Operation;

/// Longest chain of references that is followed.
const LONGEST_CHAIN: usize = 32;
/// Methods, as path items have them.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A document that says what an API has.
#[derive(Debug, Clone, Copy)]
pub(in crate::verify) struct Document<'a> {
    root: &'a Value,
    pub version: Version,
}

/// Version of the specification that the document follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::verify) enum Version {
    Two,
    Three,
}

/// Place of a call in the document: an address, and the path items that stand for it.
#[derive(Debug)]
pub(in crate::verify) struct Place<'a> {
    /// Path from the host on, as the document has it.
    pub address: String,
    /// True if it is the address that the adapter calls.
    pub is_ours: bool,
    items: Vec<&'a Value>,
}

impl<'a> Document<'a> {
    pub fn new(root: &'a Value) -> Result<Self> {
        let wrong = |problem: &str| Error::new(ErrorKind::Malformed, problem.to_owned());
        let starts = |name: &str, with: &str| match root.get(name) {
            Some(Value::String(version)) => version.trim().starts_with(with),
            Some(Value::Number(version)) => version.to_string().starts_with(with),
            _ => false,
        };
        let version = match (starts("openapi", "3"), starts("swagger", "2")) {
            (true, _) => Version::Three,
            (false, true) => Version::Two,
            (false, false) => {
                return Err(wrong(
                    "this is no OpenAPI 3 and no Swagger 2 document: it does not say so in `openapi` or `swagger`",
                ));
            }
        };
        if !root.get("paths").is_some_and(Value::is_object) {
            return Err(wrong("this document describes no calls: `paths` is missing"));
        }
        Ok(Self { root, version })
    }

    /// Title and version of the API.
    pub fn title(&self) -> String {
        let part = |name: &str| self.root.get("info").and_then(|info| info.get(name)).and_then(Value::as_str);
        let parts = [part("title"), part("version")];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", version ")
    }

    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.root.get(name)
    }

    /// The node, or the one that it refers to; `None` where that is elsewhere, or nowhere.
    pub fn resolve(&self, node: &'a Value) -> Option<&'a Value> {
        let mut node = node;
        for _ in 0..LONGEST_CHAIN {
            match node.get("$ref").and_then(Value::as_str) {
                None => return Some(node),
                Some(target) => node = self.target(target)?,
            }
        }
        None
    }

    /// The node of a reference within the document.
    pub fn target(&self, reference: &str) -> Option<&'a Value> {
        self.root.pointer(&unescaped(reference.strip_prefix('#')?))
    }

    /// Addresses of the API: those of a path item, or of the document.
    pub fn servers(&self, item: Option<&'a Value>) -> Vec<String> {
        if self.version == Version::Two {
            let text = |name: &str| self.root.get(name).and_then(Value::as_str);
            let scheme = self.root.pointer("/schemes/0").and_then(Value::as_str).unwrap_or("https");
            let path = text("basePath").unwrap_or_default();
            return match text("host") {
                Some(host) => vec![format!("{scheme}://{host}{path}")],
                None if path.is_empty() => Vec::new(),
                None => vec![path.to_owned()],
            };
        }
        let own = item.and_then(|item| item.get("servers")).and_then(Value::as_array);
        let servers = own.or_else(|| self.root.get("servers").and_then(Value::as_array));
        servers.into_iter().flatten().take(50).filter_map(address).collect()
    }

    /// The place of `path`, which is below `version`; the best one, if there are several.
    pub fn find(&self, version: &str, path: &str) -> Option<Place<'a>> {
        let ours: Vec<&str> = segments(version).chain(segments(path)).collect();
        let below: Vec<&str> = segments(path).collect();
        let mut found: Option<Place<'a>> = None;
        for (template, item) in self.root.get("paths").and_then(Value::as_object).into_iter().flatten() {
            let Some(item) = self.resolve(item).filter(|item| item.is_object()) else { continue };
            if !ends_with(&segments(template).collect::<Vec<_>>(), &below) {
                continue;
            }
            let mut bases: Vec<String> = self.servers(Some(item)).iter().map(|one| path_of(one)).collect();
            if bases.is_empty() {
                // One that names no address leaves the version to whoever knows it.
                bases.push(
                    if segments(template).next() == segments(version).next() { "" } else { version }
                        .to_owned(),
                );
            }
            for base in bases {
                let address =
                    format!("/{}", segments(&base).chain(segments(template)).collect::<Vec<_>>().join("/"));
                let full: Vec<&str> = segments(&address).collect();
                let is_ours = full.len() == ours.len() && ends_with(&full, &ours);
                let is_elsewhere = full[..full.len() - below.len()].iter().any(|part| part.starts_with('{'));
                match &mut found {
                    _ if is_elsewhere => {}
                    Some(place) if place.is_ours == is_ours => {
                        if !place.items.iter().any(|known| std::ptr::eq(*known, item)) {
                            place.items.push(item);
                        }
                    }
                    Some(place) if place.is_ours => {}
                    _ => found = Some(Place { address, is_ours, items: vec![item] }),
                }
            }
        }
        found
    }
}

impl<'a> Place<'a> {
    /// The operation of this method.
    pub fn operation(&self, document: Document<'a>, method: &str) -> Option<Operation<'a>> {
        let method = method.to_lowercase();
        let operation = |item: &&'a Value| Some(Operation::new(document, item, item.get(&method)?));
        self.items.iter().find_map(operation)
    }

    /// The methods that it has.
    pub fn methods(&self) -> Vec<String> {
        let has = |method: &&str| self.items.iter().any(|item| item.get(method).is_some());
        METHODS.iter().filter(|method| has(method)).map(|method| method.to_uppercase()).collect()
    }
}

/// Address of a server, its variables at their defaults.
fn address(server: &Value) -> Option<String> {
    let mut url = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten().take(20)
    {
        let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), default);
    }
    Some(url)
}

/// Path of an address.
fn path_of(address: &str) -> String {
    match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map(|at| rest[at..].to_owned()).unwrap_or_default(),
        None => address.to_owned(),
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// True if a path ends with another; a parameter is like any other parameter, and like nothing else.
fn ends_with(path: &[&str], end: &[&str]) -> bool {
    let is_parameter = |part: &str| part.starts_with('{');
    path.len() >= end.len()
        && path[path.len() - end.len()..]
            .iter()
            .zip(end)
            .all(|(one, other)| one == other || (is_parameter(one) && is_parameter(other)))
}

/// A pointer without the escapes of addresses; those of pointers are left to whoever follows it.
fn unescaped(pointer: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = pointer.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        let code = more.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &more[2..];
            }
            _ => {
                bytes.push(first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
