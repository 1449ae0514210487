//! The trait of a property management system.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use serde::Serialize;

use crate::model::{
    Alias, ClosedStatus, Kind, Marker, NewWorkOrder, Property, PropertyGroup, PropertyId, PropertyRef, Reach,
    Resident, ResidentRef, Row, User, UserId, Window, WorkOrder, WorkOrderId,
};
use crate::{Error, ErrorKind, Result};

/// Pages of rows as they arrive; an `Err` ends the stream.
pub type Pages<'a, T> = BoxStream<'a, Result<Vec<Row<T>>>>;

/// A property management system. An adapter maps words and pages; it decides nothing.
///
/// There is no call that writes a property or a resident, so that rule L1 holds by construction. The conformance suite
/// (`conformance/`) checks each sentence under a *Behavior*.
///
/// # Behavior of every call
///
/// - Calls that read may be repeated at will and change nothing.
/// - A failure has the [`ErrorKind`](crate::ErrorKind) that says whether it is temporary, and names what it happened on.
/// - No error, log line or `Debug` output holds a credential.
/// - A row that cannot be understood becomes [`Row::Invalid`] and names its field; it never fails the page.
/// - An enum value that is not known is taken as the least harmful one, never refused.
/// - A text arrives as it was written, in whatever script.
/// - The rate limits that the adapter declares are kept in advance, all at once.
///
/// # Behavior of every list
///
/// - Holds whatever was created or updated at the window's first instant or later, in every time zone.
/// - What is older is left out as far as [`ChangeFilter`] says, and never said to be filtered by the instant.
/// - Holds each record of the window, however many there are; with none of them it is empty.
/// - A record that is there all the time is in it, whatever is added or changed between two pages.
/// - At most a few pages are asked for before they are wanted, unless the platform cannot narrow the list; a list that is
///   dropped makes no further call.
/// - Records that did not change cost no call for each of them.
///
/// A removal between two pages may hide another record until the next run, where a platform counts rows.
///
/// # Behavior of every look-up by id
///
/// - Finds what the list has, with the same content.
/// - One that no longer exists is left out, and the others are found all the same.
/// - Any number of ids may be asked for; the answers come in any order.
#[async_trait]
pub trait Platform: Send + Sync + fmt::Debug {
    /// Capabilities of this platform.
    fn capabilities(&self) -> Capabilities;

    /// Tests the connection, the credentials, the permissions and whatever else this platform needs.
    ///
    /// # Behavior
    ///
    /// - Reads only.
    /// - What is wrong becomes a finding with a remedy; `Err` is for the platform not answering at all.
    async fn check(&self) -> Result<Probe>;

    /// The rentable units that were created or updated in the window.
    ///
    /// # Behavior
    ///
    /// - A property with units yields its units, one without yields itself.
    /// - A unit is active only if its property is; a property whose activity changed brings its units.
    /// - Each has the names and the address that the platform has; a unit's own address wins over its property's.
    fn properties(&self, window: Window) -> Pages<'_, Property>;

    /// The residents who were, or one of whose tenancies was, created or updated in the window.
    ///
    /// # Behavior
    ///
    /// - One row for each resident and property, with all tenancies there.
    /// - A change of a tenancy alone brings the resident, and so does a change of the resident alone.
    /// - Each has the name, the e-mail address and the primary phone that the platform has.
    /// - The days of a tenancy are the account's local dates, whatever the time zone.
    fn residents(&self, window: Window) -> Pages<'_, Resident>;

    /// The work orders that were created, updated or reassigned in the window.
    ///
    /// # Behavior
    ///
    /// - Each has the number, title, description, place and requester that the platform has.
    /// - Each has the users that it is assigned to, never vendors; an assignment alone brings the work order.
    /// - Its status is closed only by the platform's words for completed and cancelled.
    /// - What else the platform knows of it arrives as it is there.
    /// - May yield [`Row::Hint`] where the content would cost a call for each record; the look-up by id
    ///   finds what it names.
    fn work_orders(&self, window: Window) -> Pages<'_, WorkOrder>;

    /// The rentable units with these ids. A property that is asked for without a unit, and has units, is found as all of
    /// them.
    async fn properties_by_id(&self, ids: &[PropertyRef]) -> Result<Vec<Row<Property>>>;

    /// The residents with these ids.
    async fn residents_by_id(&self, ids: &[ResidentRef]) -> Result<Vec<Row<Resident>>>;

    /// The work orders with these ids.
    ///
    /// # Behavior
    ///
    /// - Reads afresh: what was changed a moment ago is seen.
    async fn work_orders_by_id(&self, ids: &[WorkOrderId]) -> Result<Vec<Row<WorkOrder>>>;

    /// The users of the platform.
    ///
    /// # Behavior
    ///
    /// - Every user that a work order can be assigned to, and inactive ones where the platform lists them; no vendors.
    async fn users(&self) -> Result<Vec<User>>;

    /// The groups (or portfolios) of properties. By default there are none.
    ///
    /// # Behavior
    ///
    /// - Each with the properties in it; none where the platform has no groups.
    async fn property_groups(&self) -> Result<Vec<PropertyGroup>> {
        Ok(Vec::new())
    }

    /// Tells if `user` can reach each of `properties` (rule L5). By default nobody knows.
    ///
    /// # Behavior
    ///
    /// - One answer for each property, in their order; unknown where the platform does not tell.
    async fn reach(&self, user: &UserId, properties: &[PropertyId]) -> Result<Vec<Reach>> {
        let _ = user;
        Ok(vec![Reach::Unknown; properties.len()])
    }

    /// Other ids by which other programs may know the records of this kind (rule A2). By default there are none.
    ///
    /// # Behavior
    ///
    /// - Each is of a record that the list has, is no record's own id, and stands for no second record.
    async fn aliases(&self, kind: Kind) -> Result<Vec<Alias>> {
        let _ = kind;
        Ok(Vec::new())
    }

    /// Creates a work order that carries `marker`, and returns its id (rule L6). By default it is an error of the kind
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), for a platform without
    /// [`Capabilities::create_work_order`], which is never asked to.
    ///
    /// # Behavior
    ///
    /// - What is created has the title, the description, the place and whatever else of it the platform keeps.
    /// - It is assigned to the user, where the platform can assign at once.
    /// - A title that is too long for the platform is cut, never refused, and loses no marker.
    /// - Sends the request once: an adapter never repeats a create, because the answer may be what was lost.
    /// - Once the platform has answered with an id, that id is returned, whatever fails after it: an error that says that
    ///   nothing was made would make another. What is amiss is seen when the work order is read back.
    /// - Once it has returned, [`Platform::find_by_marker`] finds the work order, after
    ///   [`Capabilities::visibility_delay`] at the latest.
    async fn create_work_order(&self, new: &NewWorkOrder, marker: &Marker) -> Result<WorkOrderId> {
        let _ = (new, marker);
        Err(unsupported("create"))
    }

    /// The work orders that carry `marker` (rule E). By default there are none, for a platform without
    /// [`Capabilities::create_work_order`].
    ///
    /// # Behavior
    ///
    /// - None, one, or several if something went wrong.
    /// - A marker is compared whole: one that begins like another is another.
    async fn find_by_marker(&self, marker: &Marker) -> Result<Vec<WorkOrderId>> {
        let _ = marker;
        Ok(Vec::new())
    }

    /// Closes the work order (rules L8, L13). By default it is an error of the kind
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), for a platform that can set neither status.
    ///
    /// # Behavior
    ///
    /// - Sets the status to the platform's Complete or Cancelled and changes nothing else.
    /// - One that no longer exists is an error of the kind [`ErrorKind::NotFound`](crate::ErrorKind::NotFound).
    /// - A status that the platform cannot set is an error, and changes nothing.
    async fn close_work_order(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        let _ = status;
        Err(unsupported("close").with("work order", id))
    }

    /// Leaves word for staff, on the work order itself, that Latchel closed it with a status that the platform cannot be told
    /// (rule L15). It is asked once for each time that Latchel's status becomes so, and again after a failure, so that an adapter
    /// that does it looks for what it left before. By default nothing is done, which is also right where nobody asked for it.
    async fn leave_word(&self, id: &WorkOrderId, status: ClosedStatus) -> Result<()> {
        let _ = (id, status);
        Ok(())
    }
}

/// The error of a platform that is asked for what its [`Capabilities`] exclude.
fn unsupported(what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("the platform cannot {what} work orders"))
}

/// Capabilities of a platform. Plain bools; the conformance kit and the docs read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    /// A work order can be created.
    pub create_work_order: bool,
    /// A work order can be assigned to a user when it is created (rule L6). Where it cannot, it is created unassigned,
    /// and rule L11 does not hold for it, because no assignment can have ended.
    pub assign_user: bool,
    /// A work order's status can be set to completed.
    pub set_completed: bool,
    /// A work order's status can be set to cancelled.
    pub set_cancelled: bool,
    /// It refuses every write to a work order at a property or unit that is not active (rule L15).
    pub refuses_at_inactive: bool,
    /// It refuses to change the status of a work order that is assigned to nobody (rule L15).
    pub refuses_unassigned: bool,
    /// Closed work orders stay in its lists. Where they do not, a linked one that is no longer there counts as closed (rule
    /// L12), and one that was closed before a run saw it is not imported (rule WP7).
    pub lists_closed: bool,
    /// It can tell which properties a user can reach (rule L5).
    pub knows_reach: bool,
    /// It has groups or portfolios of properties (rule P5).
    pub property_groups: bool,
    /// Tenancies have move-in dates. Where they have none, the one that Latchel has is left alone and counts (rule R2); a
    /// resident who is new in Latchel lives there.
    pub move_in: bool,
    /// Tenancies have move-out dates. Where they have none, the one that Latchel has is left alone and counts (rule R2); a
    /// resident who is new in Latchel stays until the platform no longer lists them (rule R8).
    pub move_out: bool,
    /// Place of the marker (rule E).
    pub marker: MarkerPlace,
    /// Longest time that a new record may stay invisible to [`Platform::find_by_marker`].
    pub visibility_delay: Duration,
    /// Precision with which the list of properties can be narrowed to changed ones (rule W5).
    pub properties_since: ChangeFilter,
    /// Precision with which the list of residents can be.
    pub residents_since: ChangeFilter,
    /// Precision with which the list of work orders can be.
    pub work_orders_since: ChangeFilter,
}

/// Precision with which a platform's list can be narrowed to records that were created or updated lately (rule W5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeFilter {
    /// To an instant.
    Instant,
    /// To a day: the list also has older records of the first day.
    Day,
    /// Not at all: every run reads the whole list, and tells what changed by the rows' own stamps, or by content.
    None,
}

impl Capabilities {
    /// True if a work order's status can be set to `status`.
    pub fn can_close(&self, status: ClosedStatus) -> bool {
        match status {
            ClosedStatus::Completed => self.set_completed,
            ClosedStatus::Cancelled => self.set_cancelled,
        }
    }
}

/// Place in which a platform keeps our marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkerPlace {
    /// An idempotency key that the platform itself honours.
    IdempotencyKey,
    /// A field for external references.
    ReferenceField,
    /// A tag in the title or the description.
    TextTag,
}

/// Findings of [`Platform::check`] and [`Latchel::check`](crate::Latchel::check).
#[derive(Debug, Clone, Default, Serialize)]
pub struct Probe {
    /// The name of the account or company that the credentials belong to.
    pub account_name: Option<String>,
    /// Results of the tests, in order.
    pub findings: Vec<Finding>,
}

/// Result of one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Level of the result.
    pub level: FindingLevel,
    /// Subject of the test, in a few words.
    pub subject: String,
    /// Detail of what was found.
    pub detail: String,
    /// Advice; empty if there is nothing to do.
    pub remedy: String,
}

/// Level of a test's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingLevel {
    /// As it should be.
    Ok,
    /// Worth knowing; a sync works all the same.
    Warning,
    /// A sync would fail or do the wrong thing.
    Error,
}

impl Finding {
    /// A finding that something is as it should be.
    pub fn ok(subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            level: FindingLevel::Ok,
            subject: subject.into(),
            detail: detail.into(),
            remedy: String::new(),
        }
    }

    /// A finding that is worth knowing.
    pub fn warning(subject: impl Into<String>, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            level: FindingLevel::Warning,
            subject: subject.into(),
            detail: detail.into(),
            remedy: remedy.into(),
        }
    }

    /// Subject, detail and remedy in one line.
    pub fn sentence(&self) -> String {
        format!("{}: {}. {}", self.subject, self.detail, self.remedy)
    }

    /// A finding that must be put right first.
    pub fn error(subject: impl Into<String>, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            level: FindingLevel::Error,
            subject: subject.into(),
            detail: detail.into(),
            remedy: remedy.into(),
        }
    }
}
