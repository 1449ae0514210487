use serde_json::{Value, json};

/// The record with each of its members odd in each way, and without it.
pub fn odd_ones(good: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    places(good, "", &mut found);
    let mut odd = oddities();
    for place in found {
        for oddity in oddities() {
            let mut one = good.clone();
            *one.pointer_mut(&place).expect("a place") = oddity;
            odd.push(one);
        }
        let (parent, name) = place.rsplit_once('/').expect("a parent");
        let mut one = good.clone();
        if let Some(Value::Object(members)) = one.pointer_mut(parent) {
            members.remove(name);
            odd.push(one);
        }
    }
    odd
}

/// A value of every type, and some that are odd for their type.
pub fn oddities() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(9_223_372_036_854_775_807_i64),
        json!(""),
        json!("x".repeat(5_000)),
        json!("2026-02-30"),
        json!("\u{0}\u{202e}💧"),
        json!([]),
        json!([[[]]]),
        json!({}),
    ]
}

/// The pointers to every member of a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        Value::Array(rows) => rows.iter().enumerate().map(|(index, row)| (index.to_string(), row)).collect(),
        _ => Vec::new(),
    };
    for (name, member) in members {
        let place = format!("{at}/{name}");
        places(member, &place, found);
        found.push(place);
    }
}
