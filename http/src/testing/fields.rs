//! Fields with odd values: one that decides nothing never costs the record, and one that decides costs it with its name.

use std::fmt::Debug;

use latchel_sync_core::model::Row;
use serde_json::{Value, json};

/// Values that a field may be found with: those of other types, and texts, dates and numbers that are none or are spelled
/// in another way.
pub fn odd_values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!("true"),
        json!("no"),
        json!(0),
        json!(1),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(9_223_372_036_854_775_807_i64),
        json!("7"),
        json!(""),
        json!(" \r\n"),
        json!("soon"),
        json!("x".repeat(5_000)),
        json!("\u{0}\u{202e}💧"),
        json!("2026-03-05"),
        json!("2026-02-30"),
        json!("2026-03-05T08:00"),
        json!("2026-03-05T08:00:00"),
        json!("2026-03-05 08:00:00"),
        json!("2026-03-05T08:00:00+25:00"),
        json!("0001-01-01T00:00:00"),
        json!("0000-00-00"),
        json!("03/05/2026"),
        json!([]),
        json!([1, 2]),
        json!(["a", null]),
        json!([[[]]]),
        json!({}),
        json!({"Id": 1, "Name": "Ann"}),
    ]
}

/// Values that are no id.
pub fn no_ids() -> Vec<Value> {
    vec![json!(true), json!(1.5), json!([]), json!(["8"]), json!({}), json!({"Name": "Ann"})]
}

/// Values that are no number.
pub fn no_numbers() -> Vec<Value> {
    [no_ids(), vec![json!("soon"), json!("1e3"), json!(1e300)]].concat()
}

/// Values that are no list of ids, nor an id.
pub fn no_lists_of_ids() -> Vec<Value> {
    vec![json!(true), json!(1.5), json!([true]), json!([["8"]]), json!([{}]), json!({"Name": "Ann"})]
}

/// Values that are neither true nor false.
pub fn no_flags() -> Vec<Value> {
    vec![json!("perhaps"), json!(2), json!(0.5), json!([]), json!([true]), json!({})]
}

/// Values that are no word.
pub fn no_words() -> Vec<Value> {
    vec![json!(true), json!([]), json!(["New"]), json!({}), json!({"Name": "New"})]
}

/// Values that are neither a day nor stand for none.
pub fn no_days() -> Vec<Value> {
    vec![
        json!("soon"),
        json!("2026-02-30"),
        json!("2026-03"),
        json!("03/05/2026"),
        json!(20260305),
        json!(true),
        json!([]),
        json!(["2026-03-05"]),
        json!({}),
    ]
}

/// `record` with `value` at a JSON pointer, of which the last member need not be there yet.
pub fn with_at(mut record: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = record.pointer_mut(parent).expect("what it is in");
    match parent {
        Value::Array(rows) => rows[name.parse::<usize>().expect("a place")] = value,
        parent => parent[name] = value,
    }
    record
}

/// Reads the records that `good` makes of numbers, each with an odd value at one of these places: all of them are read.
pub async fn cost_nothing<T: Debug>(
    places: &[&str],
    good: impl Fn(i64) -> Value,
    read: impl AsyncFn(Vec<Value>) -> Vec<Row<T>>,
) {
    for place in places {
        let odd: Vec<_> =
            (101..).zip(odd_values()).map(|(id, value)| with_at(good(id), place, value)).collect();
        let wanted = odd.len();
        let rows = read(odd).await;
        let wrong: Vec<_> = rows.iter().filter(|row| !matches!(row, Row::Record(_))).collect();
        assert!(wrong.is_empty(), "{place} costs {wrong:?}");
        assert_eq!(rows.len(), wanted, "{place}: {rows:?}");
    }
}

/// Reads the records that `good` makes of numbers, each with one of `wrong` at a place, which errors call by `name`: none is
/// read, and each names the field.
pub async fn cost_the_record<T: Debug>(
    (place, name): (&str, &str),
    wrong: Vec<Value>,
    good: impl Fn(i64) -> Value,
    read: impl AsyncFn(Vec<Value>) -> Vec<Row<T>>,
) {
    let odd: Vec<_> =
        (101..).zip(&wrong).map(|(id, value)| with_at(good(id), place, value.clone())).collect();
    let rows = read(odd).await;
    let told = |row: &Row<T>| matches!(row, Row::Invalid(invalid) if invalid.field == name);
    assert!(rows.iter().all(told), "{place}: {rows:?}");
    assert_eq!(rows.len(), wrong.len(), "{place}: {rows:?}");
}
