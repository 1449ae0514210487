//! Readers for values of far sides that spell ids, numbers, dates and flags now so and now so: functions for serde's
//! `deserialize_with`, which goes with `default` where the field may be missing.
//!
//! There are two kinds, by what becomes of the record when the value is none of what is understood (rule E2):
//!
//! - A field that **decides** (an id, a place, a status, activity, a date of moving, who is assigned) costs the record, with
//!   the field's name: [`id`], [`optional_id`], [`ids`], [`number`], [`optional_number`], [`numbers`], [`flag`],
//!   [`required_flag`], [`day`], [`word`], [`required_word`], [`required_instant`].
//! - A field that decides **nothing** (a description, contact data, a priority, a stamp) is then absent: [`text`],
//!   [`spare_id`], [`spare_number`], [`spare_flag`], [`stamp`], [`spare`], [`spare_object`], [`list`].

mod days;
mod flags;
mod ids;
mod spare;
mod stamps;
mod texts;
mod words;

pub use days::{as_day, day};
pub use flags::{flag, required_flag, spare_flag};
pub use ids::{
    as_id, as_number, id, id_in, ids, number, number_in, numbers, optional_id, optional_number, spare_id,
    spare_number,
};
pub use spare::{list, spare, spare_object};
pub use stamps::{instant, instant_of, required_instant, stamp};
pub use texts::{required_word, text, word};
pub use words::{StatusWords, is_among};
