//! Schemas, with references and combinations resolved into one shape.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Document;

/// Deepest nesting of references and combinations.
const DEEPEST: usize = 40;
/// Most members, over all parts of one schema.
const MOST: usize = 20_000;

/// A schema, or several at once.
#[derive(Debug, Clone)]
pub(in crate::verify) enum Schema<'a> {
    Node(&'a Value),
    /// All of them hold.
    All(Vec<Schema<'a>>),
    /// One of them holds.
    Any(Vec<Schema<'a>>),
}

/// All that is known of a value.
#[derive(Debug, Clone, Default)]
pub(in crate::verify) struct Shape<'a> {
    /// Types that it may have; none where nothing is said.
    pub types: BTreeSet<&'a str>,
    pub is_nullable: bool,
    pub members: BTreeMap<&'a str, Schema<'a>>,
    pub required: BTreeSet<&'a str>,
    pub items: Option<Schema<'a>>,
    /// Values that it may have, where they are listed.
    pub words: Option<Vec<&'a Value>>,
    pub format: Option<&'a str>,
    pub is_read_only: bool,
    pub is_write_only: bool,
    /// True if a part of it could not be followed.
    pub is_cut: bool,
}

impl<'a> Schema<'a> {
    /// Its shape, as far as it can be followed.
    pub fn shape(&self, document: Document<'a>) -> Shape<'a> {
        let mut left = MOST;
        self.within(document, DEEPEST, &mut left)
    }

    fn within(&self, document: Document<'a>, depth: usize, left: &mut usize) -> Shape<'a> {
        let Some(depth) = depth.checked_sub(1) else { return Shape::cut() };
        let mut each = |parts: &[Schema<'a>]| -> Vec<Shape<'a>> {
            parts.iter().map(|part| part.within(document, depth, left)).collect()
        };
        match self {
            Self::All(parts) => each(parts).into_iter().fold(Shape::default(), Shape::and),
            Self::Any(parts) => Shape::one_of(each(parts)),
            Self::Node(Value::Object(node)) => of_node(node, document, depth, left),
            Self::Node(_) => Shape::default(),
        }
    }
}

fn of_node<'a>(
    node: &'a Map<String, Value>,
    document: Document<'a>,
    depth: usize,
    left: &mut usize,
) -> Shape<'a> {
    let list = |name: &str| node.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let size = node.len() + list("allOf").len() + list("oneOf").len() + list("anyOf").len();
    let size =
        size + node.get("properties").and_then(Value::as_object).map_or(0, Map::len) + list("required").len();
    match left.checked_sub(size) {
        Some(rest) => *left = rest,
        None => {
            *left = 0;
            return Shape::cut();
        }
    }
    let mut shape = own(node);
    if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
        shape = shape.and(match document.target(reference) {
            Some(target) => Schema::Node(target).within(document, depth, left),
            None => Shape::cut(),
        });
    }
    for part in list("allOf") {
        shape = shape.and(Schema::Node(part).within(document, depth, left));
    }
    for name in ["oneOf", "anyOf"] {
        let parts = list(name);
        if !parts.is_empty() {
            let parts = parts.iter().map(|part| Schema::Node(part).within(document, depth, left)).collect();
            shape = shape.and(Shape::one_of(parts));
        }
    }
    shape
}

/// The shape by a node's own keywords.
fn own(node: &Map<String, Value>) -> Shape<'_> {
    let flag = |name: &str| node.get(name).and_then(Value::as_bool).unwrap_or_default();
    let mut types: BTreeSet<&str> = match node.get("type") {
        Some(Value::String(one)) => [one.as_str()].into(),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => BTreeSet::new(),
    };
    let is_null = types.remove("null");
    let members: BTreeMap<_, _> = node
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.as_str(), Schema::Node(schema)))
        .collect();
    let items = node.get("items").map(Schema::Node);
    let words = match (node.get("const"), node.get("enum").and_then(Value::as_array)) {
        (Some(one), _) => Some(vec![one]),
        (None, Some(several)) => Some(several.iter().collect::<Vec<_>>()),
        (None, None) => None,
    };
    let allows_null =
        words.as_ref().is_some_and(|words: &Vec<&Value>| words.iter().any(|word| word.is_null()));
    if types.is_empty() {
        types.extend((!members.is_empty()).then_some("object"));
        types.extend(items.is_some().then_some("array"));
        types.extend(words.iter().flatten().map(|word| type_of(word)).filter(|name| *name != "null"));
    }
    let required = node.get("required").and_then(Value::as_array);
    Shape {
        types,
        is_nullable: is_null || allows_null || flag("nullable") || flag("x-nullable"),
        members,
        required: required.into_iter().flatten().filter_map(Value::as_str).collect(),
        items,
        words,
        format: node.get("format").and_then(Value::as_str),
        is_read_only: flag("readOnly"),
        is_write_only: flag("writeOnly"),
        is_cut: false,
    }
}

/// The type of a value, as schemas name it.
pub(in crate::verify) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

impl<'a> Shape<'a> {
    fn cut() -> Self {
        Self { is_cut: true, ..Self::default() }
    }

    /// True if it is a null and nothing else.
    fn is_null(&self) -> bool {
        self.is_nullable
            && self.types.is_empty()
            && self.members.is_empty()
            && self.items.is_none()
            && self.words.is_none()
    }

    /// The shape of what both describe.
    fn and(mut self, other: Self) -> Self {
        self.types = match (self.types.is_empty(), other.types.is_empty()) {
            (true, _) => other.types,
            (_, true) => self.types,
            (false, false) => {
                let both: BTreeSet<_> = self.types.intersection(&other.types).copied().collect();
                let numbers = ["integer", "number"]
                    .iter()
                    .all(|name| self.types.contains(name) || other.types.contains(name));
                match both.is_empty() {
                    false => both,
                    true if numbers => ["integer"].into(),
                    true => self.types.union(&other.types).copied().collect(),
                }
            }
        };
        for (name, schema) in other.members {
            let schema = match self.members.remove(name) {
                Some(before) => Schema::All(vec![before, schema]),
                None => schema,
            };
            self.members.insert(name, schema);
        }
        self.required.extend(other.required);
        self.items = match (self.items, other.items) {
            (Some(one), Some(two)) => Some(Schema::All(vec![one, two])),
            (one, two) => one.or(two),
        };
        self.words = match (self.words, other.words) {
            (Some(one), Some(two)) => Some(one.into_iter().filter(|word| two.contains(word)).collect()),
            (one, two) => one.or(two),
        };
        self.is_nullable |= other.is_nullable;
        self.format = self.format.or(other.format);
        self.is_read_only |= other.is_read_only;
        self.is_write_only |= other.is_write_only;
        self.is_cut |= other.is_cut;
        self
    }

    /// The shape of what one of several describes.
    fn one_of(shapes: Vec<Self>) -> Self {
        let is_nullable = shapes.iter().any(|shape| shape.is_nullable);
        let mut shapes = shapes.into_iter().filter(|shape| !shape.is_null());
        let Some(first) = shapes.next() else { return Self { is_nullable, ..Self::default() } };
        let all = shapes.fold(first, |all, other| {
            let mut members = all.members;
            for (name, schema) in other.members {
                let schema = match members.remove(name) {
                    Some(Schema::Any(mut several)) => {
                        several.push(schema);
                        Schema::Any(several)
                    }
                    Some(before) => Schema::Any(vec![before, schema]),
                    None => schema,
                };
                members.insert(name, schema);
            }
            Self {
                types: match all.types.is_empty() || other.types.is_empty() {
                    true => BTreeSet::new(),
                    false => all.types.union(&other.types).copied().collect(),
                },
                is_nullable,
                members,
                required: all.required.intersection(&other.required).copied().collect(),
                items: match (all.items, other.items) {
                    (Some(one), Some(two)) => Some(Schema::Any(vec![one, two])),
                    (one, two) => one.or(two),
                },
                words: all.words.zip(other.words).map(|(one, two)| one.into_iter().chain(two).collect()),
                format: all.format.filter(|_| all.format == other.format),
                is_read_only: all.is_read_only && other.is_read_only,
                is_write_only: all.is_write_only && other.is_write_only,
                is_cut: all.is_cut || other.is_cut,
            }
        });
        Self { is_nullable, ..all }
    }
}
