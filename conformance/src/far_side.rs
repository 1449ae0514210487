//! The platform's side, as the suite prepares it and looks at it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use latchel_sync_core::Platform;
use latchel_sync_core::model::Kind;
use latchel_sync_core::registry::PlatformAdapter;
use serde_json::Value;

use crate::Able;
use crate::records::{
    Added, Handle, NewProperty, NewResident, NewUser, NewWorkOrder, PropertyChange, ResidentChange,
    WorkOrderChange,
};
use crate::report::Cannot;

/// Makes a far side for each check, so that no check sees what another left behind.
#[async_trait]
pub trait Setup: Send + Sync {
    /// Name of the adapter or system that is checked, for the report.
    fn subject(&self) -> String;

    /// The adapter's descriptor, if it has one.
    fn adapter(&self) -> Option<&'static PlatformAdapter> {
        None
    }

    /// An account without properties, residents and work orders, and an adapter that is connected to it.
    ///
    /// It has one active user whose name contains "Latchel", and whatever else the platform needs before a work order
    /// can be created. Its clock stands still at about the present.
    async fn fresh(&self, ground: Ground) -> Able<Box<dyn FarSide>>;
}

/// Sort of account that a check needs.
#[derive(Debug, Clone, Copy)]
pub struct Ground {
    /// The account's time zone.
    pub time_zone: Tz,
    /// Rationing of calls.
    pub pace: Pace,
    /// Keeping of answers.
    pub recording: Recording,
}

/// Choice if the far side keeps its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// It need not keep them.
    Nothing,
    /// It keeps them, for [`FarSide::words`].
    Answers,
}

/// Rationing of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Neither the far side nor the adapter waits.
    Unlimited,
    /// The adapter keeps its own rate limits, and the far side refuses what is beyond those of the real system.
    Rationed,
}

impl Default for Ground {
    fn default() -> Self {
        Self {
            time_zone: chrono_tz::America::Los_Angeles,
            pace: Pace::Unlimited,
            recording: Recording::Nothing,
        }
    }
}

/// A platform as its own people see it: the suite adds, changes and removes records there, and looks at the adapter's
/// work. Methods for which a far side has no means are left at their default, and the checks that need them are
/// reported as not made.
///
/// Records that are added or changed are stamped with the far side's clock.
#[async_trait]
pub trait FarSide: Send + Sync {
    /// The adapter under test.
    fn platform(&self) -> Arc<dyn Platform>;

    /// The secrets that the adapter was given.
    fn secrets(&self) -> Vec<String>;

    /// The far side's clock, UTC.
    async fn now(&self) -> DateTime<Utc>;

    /// Sets the clock, backwards too.
    async fn set_clock(&self, now: DateTime<Utc>) -> Able<()> {
        let _ = now;
        Err(Cannot::to("set its clock"))
    }

    /// Adds a property with its units. One with units may be refused, where the platform has none.
    async fn add_property(&self, new: &NewProperty) -> Able<Added> {
        let _ = new;
        Err(Cannot::to("add a property"))
    }

    /// Changes a property.
    async fn change_property(&self, property: &Handle, change: &PropertyChange) -> Able<()> {
        let _ = (property, change);
        Err(Cannot::to("change a property"))
    }

    /// Adds a resident with stays.
    async fn add_resident(&self, new: &NewResident) -> Able<Handle> {
        let _ = new;
        Err(Cannot::to("add a resident"))
    }

    /// Changes a resident.
    async fn change_resident(&self, resident: &Handle, change: &ResidentChange) -> Able<()> {
        let _ = (resident, change);
        Err(Cannot::to("change a resident"))
    }

    /// Adds a work order.
    async fn add_work_order(&self, new: &NewWorkOrder) -> Able<Handle> {
        let _ = new;
        Err(Cannot::to("add a work order"))
    }

    /// Changes a work order.
    async fn change_work_order(&self, work_order: &Handle, change: &WorkOrderChange) -> Able<()> {
        let _ = (work_order, change);
        Err(Cannot::to("change a work order"))
    }

    /// Adds another work order like the newest, with the same marker.
    async fn double_newest_work_order(&self) -> Able<()> {
        Err(Cannot::to("double a work order"))
    }

    /// Removes a record that nothing else refers to.
    async fn remove(&self, kind: Kind, record: &Handle) -> Able<()> {
        let _ = (kind, record);
        Err(Cannot::to("remove a record"))
    }

    /// Adds a user that a work order can be assigned to.
    async fn add_user(&self, new: &NewUser) -> Able<Handle> {
        let _ = new;
        Err(Cannot::to("add a user"))
    }

    /// Adds a vendor.
    async fn add_vendor(&self, name: &str) -> Able<Handle> {
        let _ = name;
        Err(Cannot::to("add a vendor"))
    }

    /// Adds a group of properties.
    async fn add_group(&self, name: &str, properties: &[Handle]) -> Able<Handle> {
        let _ = (name, properties);
        Err(Cannot::to("add a group"))
    }

    /// Keeps every user from a property.
    async fn keep_users_from(&self, property: &Handle) -> Able<()> {
        let _ = property;
        Err(Cannot::to("keep users from a property"))
    }

    /// Takes from the adapter's credentials the permission to see work orders.
    async fn forbid_work_orders(&self) -> Able<()> {
        Err(Cannot::to("take a permission away"))
    }

    /// The same adapter with credentials that the far side does not know.
    async fn stranger(&self) -> Able<Arc<dyn Platform>> {
        Err(Cannot::to("be asked with wrong credentials"))
    }

    /// Lets calls go wrong from now on; `None` ends that.
    async fn trouble(&self, trouble: Option<Trouble>) -> Able<()> {
        let _ = trouble;
        Err(Cannot::to("let calls go wrong"))
    }

    /// Says `to` from now on wherever an answer had the value `from`, as a far side does that learned a new word.
    async fn reword(&self, from: &str, to: &str) -> Able<()> {
        let _ = (from, to);
        Err(Cannot::to("use another word"))
    }

    /// Every text value in the answers since [`FarSide::forget_calls`], on a ground that keeps [`Recording::Answers`].
    async fn words(&self) -> Able<Vec<String>> {
        Err(Cannot::to("repeat its answers"))
    }

    /// From now on puts objects in the place of every value except ids, in each row of an answer that has `text`
    /// somewhere.
    async fn garble(&self, text: &str) -> Able<()> {
        let _ = text;
        Err(Cannot::to("send a row that cannot be understood"))
    }

    /// The calls since [`FarSide::forget_calls`], oldest first.
    async fn calls(&self) -> Able<Vec<SeenCall>> {
        Err(Cannot::to("tell which calls it got"))
    }

    /// Forgets the calls so far.
    async fn forget_calls(&self) -> Able<()> {
        Err(Cannot::to("tell which calls it got"))
    }

    /// A snapshot of all its records, to see changes. Two snapshots differ only if a record does.
    async fn snapshot(&self) -> Able<Value> {
        Err(Cannot::to("show everything that it holds"))
    }

    /// True if the value at a place in a snapshot, given as a JSON pointer, changes by itself with a work order's
    /// status.
    fn follows_status(&self, pointer: &str) -> bool {
        let _ = pointer;
        false
    }
}

/// A call that the far side got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenCall {
    /// The request, for people.
    pub what: String,
    /// Sort of the answer.
    pub answer: Answered,
}

/// Sort of a call's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// The data that was asked for, or any refusal but the next.
    Normally,
    /// A refusal because there were too many calls.
    TooMany,
}

/// Trouble with calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Every call is refused because there were too many, and should be made again after so long.
    TooMany(Duration),
    /// The next call is refused because there were too many, without a word about when to come back.
    TooManyOnce,
    /// Every call fails on the far side's own account, and should be made again after so long.
    Failing(Duration),
    /// The next call fails on the far side's own account.
    FailingOnce,
    /// Every answer is something that no far side would say.
    Garbage,
    /// Every answer ends in its middle.
    Truncated,
    /// Every call that changes something is carried out, and its answer lost.
    AnswersOfWritesLost,
    /// The next call that changes something is carried out and answered. Behind it, work orders can be neither seen nor changed
    /// until the trouble ends.
    ForbiddenBehindAWrite,
}
