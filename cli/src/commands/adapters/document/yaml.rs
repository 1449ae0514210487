use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use serde_json::{Map, Number, Value};

use super::Problem;

/// Deepest nesting.
const DEEPEST: usize = 100;
/// Most values, with those that aliases repeat.
const MOST: usize = 300_000;

/// The first document of a YAML text, as JSON has it: keys are texts, and of two that are the same the later counts.
pub(super) fn parse(text: &str) -> Result<Value, Problem> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| scan(&error))?;
        if matches!(event, Event::DocumentEnd | Event::StreamEnd) {
            break;
        }
        builder.take(event).map_err(|what| at(&span, what))?;
    }
    let lines = text.lines().count().max(1);
    builder.root.map(|(value, _)| value).ok_or_else(|| Problem {
        line: lines,
        column: 1,
        what: "there is nothing in it".to_owned(),
    })
}

fn scan(error: &ScanError) -> Problem {
    let mark = error.marker();
    Problem { line: mark.line(), column: mark.col() + 1, what: error.info().to_owned() }
}

fn at(span: &Span, what: &str) -> Problem {
    Problem { line: span.start.line(), column: span.start.col() + 1, what: what.to_owned() }
}

/// Size of a value.
#[derive(Debug, Clone, Copy)]
struct Size {
    values: usize,
    depth: usize,
}

/// A list or an object that is not complete yet.
#[derive(Debug)]
struct Open {
    kind: Kind,
    anchor: usize,
    size: Size,
}

#[derive(Debug)]
enum Kind {
    List(Vec<Value>),
    Object { members: Map<String, Value>, key: Option<String>, merged: Vec<Value> },
}

#[derive(Debug, Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, (Value, Size)>,
    values: usize,
    root: Option<(Value, Size)>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), &'static str> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
                let is_key = self.awaits_key();
                let value = match style == ScalarStyle::Plain && !is_text && !is_key {
                    true => plain(&text),
                    false => Value::String(text.into_owned()),
                };
                self.add(value, anchor, Size { values: 1, depth: 1 })
            }
            Event::SequenceStart(anchor, _) => self.begin(Kind::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => {
                self.begin(Kind::Object { members: Map::new(), key: None, merged: Vec::new() }, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.repeat(anchor),
            _ => Ok(()),
        }
    }

    /// Repeats what an anchor names. Its size is counted before it is copied.
    fn repeat(&mut self, anchor: usize) -> Result<(), &'static str> {
        let unknown = "an alias of what is not complete";
        let size = self.anchors.get(&anchor).map(|(_, size)| *size).ok_or(unknown)?;
        self.count(size.values)?;
        let value = self.anchors.get(&anchor).map(|(value, _)| value.clone()).ok_or(unknown)?;
        self.add(value, 0, size)
    }

    fn count(&mut self, values: usize) -> Result<(), &'static str> {
        self.values = self.values.saturating_add(values);
        if self.values > MOST { Err("there is too much in it") } else { Ok(()) }
    }

    fn awaits_key(&self) -> bool {
        self.open.last().is_some_and(|open| matches!(&open.kind, Kind::Object { key: None, .. }))
    }

    fn begin(&mut self, kind: Kind, anchor: usize) -> Result<(), &'static str> {
        if self.awaits_key() {
            return Err("a key must be a text");
        }
        if self.open.len() >= DEEPEST {
            return Err("it is nested too deeply");
        }
        self.open.push(Open { kind, anchor, size: Size { values: 1, depth: 1 } });
        Ok(())
    }

    fn end(&mut self) -> Result<(), &'static str> {
        let Some(Open { kind, anchor, size }) = self.open.pop() else { return Ok(()) };
        let value = match kind {
            Kind::List(values) => Value::Array(values),
            Kind::Object { mut members, merged, .. } => {
                for (name, value) in merged.iter().filter_map(Value::as_object).flatten() {
                    self.count(1)?;
                    members.entry(name).or_insert_with(|| value.clone());
                }
                Value::Object(members)
            }
        };
        self.add(value, anchor, size)
    }

    fn add(&mut self, value: Value, anchor: usize, size: Size) -> Result<(), &'static str> {
        self.count(1)?;
        if anchor != 0 {
            self.count(size.values)?;
            self.anchors.insert(anchor, (value.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some((value, size));
            return Ok(());
        };
        open.size.values += size.values;
        open.size.depth = open.size.depth.max(size.depth + 1);
        if open.size.depth > DEEPEST {
            return Err("it is nested too deeply");
        }
        match &mut open.kind {
            Kind::List(values) => values.push(value),
            Kind::Object { members, key, merged } => match (key.take(), value) {
                (None, Value::String(name)) => *key = Some(name),
                (None, _) => return Err("a key must be a text"),
                (Some(name), Value::Array(several)) if name == "<<" => merged.extend(several),
                (Some(name), one) if name == "<<" => merged.push(one),
                (Some(name), value) => drop(members.insert(name, value)),
            },
        }
        Ok(())
    }
}

/// A value without quotes, by the core schema of YAML 1.2.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let number = || {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let whole = digits.parse::<i64>().ok().map(Number::from);
        whole.or_else(|| Number::from_f64(digits.parse::<f64>().ok().filter(|one| one.is_finite())?))
    };
    let number = if is_number { number() } else { None };
    number.map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_by_the_core_schema() {
        let text = "a: 1\nb: '1'\nc: 1.5\nd: ~\ne: yes\nf: true\ng: 2026-03-02\nh: !!str 7\n404: x\ni: |\n  two\n  lines\nj:\n";
        let wanted = json!({"a": 1, "b": "1", "c": 1.5, "d": null, "e": "yes", "f": true, "g": "2026-03-02", "h": "7",
            "404": "x", "i": "two\nlines\n", "j": null});
        assert_eq!(parse(text), Ok(wanted));
    }

    #[test]
    fn anchors_are_repeated_and_merged() {
        let text = "a: &one {x: 1, y: 2}\nb: *one\nc:\n  <<: *one\n  y: 3\n";
        assert_eq!(
            parse(text),
            Ok(json!({"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 2}, "c": {"x": 1, "y": 3}}))
        );
    }

    #[test]
    fn a_key_that_is_no_text_is_refused_with_its_place() {
        let problem = parse("a: 1\n? [x]\n: 2\n").expect_err("a list as a key");
        assert_eq!((problem.line, problem.what.as_str()), (2, "a key must be a text"));
    }
}
