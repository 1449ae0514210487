//! Pages that fail because of a row of them.

use std::sync::Mutex;

use latchel_sync_core::model::Unserved;
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::{Cut, Effort, Part, Rows, in_parts};
use serde_json::{Value, json};

const BY_NUMBER: Cut = Cut::AtMultiple { full_up_to: 1_000 };

fn failure(status: u16) -> Error {
    Error::new(ErrorKind::Unavailable, "Far failed").with("status", status)
}

/// A list of so many rows, of which some make each page fail that they are on; it gives at most `most` rows at once.
struct Far {
    rows: usize,
    bad: Vec<usize>,
    most: usize,
    asked: Mutex<Vec<Part>>,
}

impl Far {
    fn new(rows: usize, bad: &[usize]) -> Self {
        Self { rows, bad: bad.to_vec(), most: usize::MAX, asked: Mutex::default() }
    }

    async fn page(&self, offset: usize, size: usize, cut: Cut) -> Result<Rows> {
        in_parts("things", (offset, size), cut, |part| std::future::ready(self.answer(part, cut))).await
    }

    fn answer(&self, part: Part, cut: Cut) -> Result<Rows> {
        self.asked.lock().expect("no panic").push(part);
        let size = part.size.min(self.most);
        let offset = match cut {
            Cut::AtMultiple { .. } => {
                assert_eq!(part.offset % part.size, 0, "{part:?}");
                (part.number() - 1) * size
            }
            Cut::AtOffset | Cut::Never => part.offset,
        };
        let rows = (offset..self.rows).take(size);
        if rows.clone().any(|row| self.bad.contains(&row)) {
            return Err(failure(500));
        }
        Ok(Rows { rows: rows.map(Value::from).collect(), total: Some(self.rows) })
    }

    fn calls(&self) -> usize {
        self.asked.lock().expect("no panic").len()
    }
}

/// The rows that came, and the places of those that did not.
fn told(listed: &Rows) -> (Vec<u64>, Vec<usize>) {
    let came = listed.rows.iter().filter_map(Value::as_u64).collect();
    (came, listed.rows.iter().filter_map(|row| Some(Unserved::of(row)?.row)).collect())
}

#[tokio::test]
async fn the_rows_at_which_a_page_fails_are_found_and_all_others_come_in_order() {
    for cut in [Cut::AtOffset, BY_NUMBER] {
        for size in [1, 2, 3, 200, 1_000] {
            for bad in
                [vec![0], vec![size - 1], vec![size / 2], vec![0, size - 1], vec![size / 3, size / 3 + 1]]
            {
                // Somewhere something has to be answered, or the far side is down.
                if bad.len() >= size || size == 1 {
                    continue;
                }
                let far = Far::new(5_000, &bad);
                let listed =
                    far.page(0, size, cut).await.unwrap_or_else(|error| panic!("{size} {bad:?}: {error}"));
                let (came, places) = told(&listed);
                let good: Vec<_> = (0..size as u64).filter(|row| !bad.contains(&(*row as usize))).collect();
                assert_eq!(came, good, "{size} {bad:?}");
                assert_eq!(places.into_iter().map(|place| place - 1).collect::<Vec<_>>(), {
                    let mut bad = bad.clone();
                    bad.dedup();
                    bad
                });
                assert_eq!(listed.total, Some(5_000));
                assert!(far.calls() <= 3 + bad.len() * 24, "{size} {bad:?}: {} calls", far.calls());
            }
        }
    }
}

#[tokio::test]
async fn a_page_behind_others_and_the_last_one_are_cut_as_well() {
    for cut in [Cut::AtOffset, BY_NUMBER] {
        let listed = Far::new(1_300, &[1_207]).page(1_000, 1_000, cut).await.expect("rows");
        let (came, places) = told(&listed);
        assert_eq!((came.len(), places), (299, vec![1_208]));
    }
}

#[tokio::test]
async fn a_far_side_that_gives_fewer_rows_than_it_is_asked_for_loses_none() {
    for most in [15, 20, 25, 40] {
        let far = Far { most, ..Far::new(5_000, &[3]) };
        let listed = far.page(0, 200, Cut::AtMultiple { full_up_to: 15 }).await.expect("rows");
        let (came, places) = told(&listed);
        assert_eq!((came, places), ((0..200).filter(|row| *row != 3).collect(), vec![4]), "{most}");
    }
}

#[tokio::test]
async fn a_far_side_that_is_down_is_not_asked_again_and_again() {
    for cut in [Cut::AtOffset, BY_NUMBER] {
        let far = Far::new(1_000, &(0..1_000).collect::<Vec<_>>());
        assert!(far.page(0, 1_000, cut).await.is_err());
        assert!(far.calls() <= 7, "{} calls", far.calls());
        let many = Far::new(1_000, &(0..1_000).step_by(100).collect::<Vec<_>>());
        assert!(many.page(0, 1_000, cut).await.is_err(), "ten bad rows are no single ones");
        assert!(many.calls() <= 30, "{} calls", many.calls());
    }
}

#[tokio::test]
async fn only_a_failure_of_the_far_sides_own_is_about_a_row_and_only_where_rows_may_be_missed() {
    let waits = || failure(500).with_retry_after(std::time::Duration::from_secs(1));
    for error in [|| failure(503), waits, || failure(400), || Error::new(ErrorKind::Timeout, "late")] {
        let calls = Mutex::new(0);
        let ask = |_: Part| {
            *calls.lock().expect("no panic") += 1;
            std::future::ready(Err::<Rows, _>(error()))
        };
        assert!(in_parts("things", (0, 100), Cut::AtOffset, ask).await.is_err());
        assert_eq!(*calls.lock().expect("no panic"), 1);
    }
    let far = Far::new(100, &[7]);
    assert!(far.page(0, 100, Cut::Never).await.is_err());
    assert_eq!(far.calls(), 1);
}

#[tokio::test]
async fn parts_are_asked_for_once_and_the_row_alone_with_patience() {
    let far = Far::new(100, &[7]);
    far.page(0, 100, Cut::AtOffset).await.expect("rows");
    let asked = far.asked.into_inner().expect("no panic");
    let usual: Vec<_> = asked.iter().filter(|part| part.effort == Effort::Usual).collect();
    assert_eq!(usual.iter().map(|part| (part.offset, part.size)).collect::<Vec<_>>(), [(0, 100), (7, 1)]);
}

#[test]
fn a_stand_in_is_told_from_every_row_that_a_far_side_may_send() {
    let row = Unserved { list: "things".to_owned(), row: 7, problem: "it failed".to_owned() };
    assert_eq!(Unserved::of(&row.stand_in()), Some(row));
    for other in [json!(null), json!("things"), json!({}), json!({"Id": 7}), json!([1])] {
        assert!(Unserved::of(&other).is_none() && !Unserved::is_stood_in_by(&other));
    }
}
