use serde_json::Value;

use super::document::Version;
use super::{Document, Schema};

/// One operation of a path.
#[derive(Debug, Clone, Copy)]
pub(in crate::verify) struct Operation<'a> {
    document: Document<'a>,
    item: &'a Value,
    node: &'a Value,
}

/// A parameter.
#[derive(Debug, Clone)]
pub(in crate::verify) struct Parameter<'a> {
    pub name: &'a str,
    pub is_required: bool,
    pub schema: Schema<'a>,
    /// True if several values are sent as several parameters.
    pub repeats: bool,
}

/// A body, or an answer.
#[derive(Debug)]
pub(in crate::verify) enum Payload<'a> {
    /// JSON of this schema.
    Json(Schema<'a>),
    /// JSON, of which nothing is said.
    Unsaid,
    /// Another type of content.
    Other(String),
    /// None.
    Nothing,
}

/// Way in which an operation wants a key.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::verify) enum Access {
    /// As it is sent.
    Ours,
    /// In another way, in words.
    Other(String),
    /// Nothing is said.
    Unsaid,
}

impl<'a> Operation<'a> {
    pub fn new(document: Document<'a>, item: &'a Value, node: &'a Value) -> Self {
        Self { document, item, node }
    }

    /// Parameters at `place`: `query` or `header`.
    pub fn parameters(&self, place: &str) -> Vec<Parameter<'a>> {
        let mut found: Vec<Parameter<'a>> = Vec::new();
        for node in self.raw_parameters().filter(|node| node.get("in").and_then(Value::as_str) == Some(place))
        {
            let Some(name) = node.get("name").and_then(Value::as_str) else { continue };
            if found.iter().any(|known| known.name == name) {
                continue;
            }
            let text = |name: &str| node.get(name).and_then(Value::as_str);
            let repeats = match self.document.version {
                Version::Two => text("collectionFormat") == Some("multi"),
                // A form that is exploded is the default.
                Version::Three => node
                    .get("explode")
                    .and_then(Value::as_bool)
                    .unwrap_or(text("style").is_none_or(|style| style == "form")),
            };
            found.push(Parameter {
                name,
                is_required: node.get("required").and_then(Value::as_bool).unwrap_or_default(),
                schema: Schema::Node(node.get("schema").unwrap_or(node)),
                repeats,
            });
        }
        found
    }

    /// Those of the operation come before those of its path, which they replace.
    fn raw_parameters(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        let document = self.document;
        let lists = [self.node.get("parameters"), self.item.get("parameters")].into_iter().flatten();
        let nodes = lists.filter_map(Value::as_array).flat_map(|list| list.iter().take(500));
        nodes.filter_map(move |node| document.resolve(node))
    }

    /// The body of a request.
    pub fn body(&self) -> Payload<'a> {
        match self.document.version {
            Version::Two => {
                let at = |place: &str| {
                    self.raw_parameters().find(|node| node.get("in").and_then(Value::as_str) == Some(place))
                };
                match (at("body"), at("formData")) {
                    (Some(body), _) => body
                        .get("schema")
                        .map_or(Payload::Unsaid, |schema| Payload::Json(Schema::Node(schema))),
                    (None, Some(_)) => Payload::Other("a form".to_owned()),
                    (None, None) => Payload::Nothing,
                }
            }
            Version::Three => {
                let body = self.node.get("requestBody").and_then(|body| self.document.resolve(body));
                body.map_or(Payload::Nothing, content)
            }
        }
    }

    /// The answer of a success.
    pub fn answer(&self) -> Payload<'a> {
        let answers = self.node.get("responses");
        let codes = ["200", "201", "202", "203", "2XX", "2xx", "204", "default"];
        let found = codes.iter().filter_map(|code| self.document.resolve(answers?.get(code)?));
        let mut nothing = Payload::Nothing;
        for answer in found {
            let payload = match self.document.version {
                Version::Two => answer
                    .get("schema")
                    .map_or(Payload::Nothing, |schema| Payload::Json(Schema::Node(schema))),
                Version::Three => content(answer),
            };
            match payload {
                Payload::Nothing => {}
                Payload::Json(_) => return payload,
                Payload::Unsaid | Payload::Other(_) => nothing = payload,
            }
        }
        nothing
    }

    /// The way in which it wants the key, which is sent in the header `name`.
    pub fn access(&self, name: &str) -> Access {
        if self.parameters("header").iter().any(|one| one.name.eq_ignore_ascii_case(name)) {
            return Access::Ours;
        }
        let schemes = match self.document.version {
            Version::Two => self.document.get("securityDefinitions"),
            Version::Three => self.document.get("components").and_then(|parts| parts.get("securitySchemes")),
        };
        let scheme = |wanted: &str| schemes.and_then(|all| self.document.resolve(all.get(wanted)?));
        let is_ours = |wanted: &str| {
            scheme(wanted).is_some_and(|scheme| {
                let text = |name: &str| scheme.get(name).and_then(Value::as_str).unwrap_or_default();
                text("type") == "apiKey" && text("in") == "header" && text("name").eq_ignore_ascii_case(name)
            })
        };
        let wanted =
            self.node.get("security").or_else(|| self.document.get("security")).and_then(Value::as_array);
        let Some(wanted) = wanted else {
            let all: Vec<&String> =
                schemes.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name).collect();
            return match (all.is_empty(), all.iter().any(|name| is_ours(name))) {
                (true, _) => Access::Unsaid,
                (false, true) => Access::Ours,
                (false, false) => Access::Other(
                    all.iter()
                        .take(5)
                        .map(|name| describe(name, scheme(name)))
                        .collect::<Vec<_>>()
                        .join(" or "),
                ),
            };
        };
        let ways: Vec<Vec<&String>> =
            wanted.iter().take(50).filter_map(|way| Some(way.as_object()?.keys().collect())).collect();
        if ways.is_empty() || ways.iter().any(|way| way.iter().all(|one| is_ours(one))) {
            return Access::Ours;
        }
        let words = |way: &Vec<&String>| {
            way.iter().take(5).map(|one| describe(one, scheme(one))).collect::<Vec<_>>().join(" and ")
        };
        Access::Other(ways.iter().take(5).map(words).collect::<Vec<_>>().join(" or "))
    }
}

/// The content of a body or an answer of version 3.
fn content(node: &Value) -> Payload<'_> {
    let Some(types) = node.get("content").and_then(Value::as_object).filter(|types| !types.is_empty()) else {
        return Payload::Nothing;
    };
    let is_json = |name: &str| {
        let name = name.split(';').next().unwrap_or_default().trim().to_lowercase();
        name == "application/json" || name.ends_with("+json") || name == "*/*" || name == "application/*"
    };
    match types.iter().find(|(name, _)| is_json(name)) {
        Some((_, json)) => {
            json.get("schema").map_or(Payload::Unsaid, |schema| Payload::Json(Schema::Node(schema)))
        }
        None => Payload::Other(types.keys().take(3).cloned().collect::<Vec<_>>().join(" or ")),
    }
}

fn describe(name: &str, scheme: Option<&Value>) -> String {
    let text =
        |key: &str| scheme.and_then(|scheme| scheme.get(key)).and_then(Value::as_str).unwrap_or_default();
    match text("type") {
        "apiKey" => format!("a key in the {} `{}`", text("in"), text("name")),
        "http" => format!("`Authorization: {}`", text("scheme")),
        "basic" => "`Authorization: basic`".to_owned(),
        "oauth2" | "openIdConnect" => "a token of OAuth".to_owned(),
        _ => format!("`{name}`"),
    }
}
