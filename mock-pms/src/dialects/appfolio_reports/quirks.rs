//! All that is doubtful about the Reports API. What stands under `usually` is the likelier of the two.

use crate::shared::quirk::Quirk;

/// Every quirk, by name.
pub(super) const ALL: [Quirk; 11] = [
    BARE_ARRAYS,
    CREATION_DAYS,
    MIXED_IDS,
    NO_INTEGRATION_IDS,
    PROPERTY_VISIBILITY,
    RELATIVE_NEXT_PAGE,
    SHORT_PAGES,
    STATUS_FILTER,
    TENANT_VISIBILITY,
    UNITLESS_WORK_ORDERS,
    ZONELESS_TIMES,
];

pub(super) const BARE_ARRAYS: Quirk = Quirk::rare(
    "bare-arrays",
    "A report is a bare array of all its rows.",
    "It is `{results, next_page_url}`.",
);

pub(super) const CREATION_DAYS: Quirk = Quirk::usual(
    "creation-days",
    "`created_at` of a work order is a day, in the account's zone.",
    "It is an instant.",
);

pub(super) const MIXED_IDS: Quirk = Quirk::usual(
    "mixed-ids",
    "Ids are texts in tenant_directory, tenant_tickler and work_order.",
    "They are numbers in every report.",
);

pub(super) const NO_INTEGRATION_IDS: Quirk = Quirk::rare(
    "no-integration-ids",
    "No row has an `*_integration_id`.",
    "It is the UUID that the Stack API has for the record.",
);

pub(super) const PROPERTY_VISIBILITY: Quirk = Quirk::usual(
    "property-visibility",
    "`property_visibility` and `unit_visibility` count: `hidden` and `all` show what is hidden.",
    "They are ignored: what is hidden is in no report.",
);

pub(super) const RELATIVE_NEXT_PAGE: Quirk = Quirk::usual(
    "relative-next-page",
    "`next_page_url` is relative to the host.",
    "It names the host by which the mock was asked.",
);

pub(super) const SHORT_PAGES: Quirk = Quirk::rare("short-pages", "A page has 25 rows.", "It has 5,000 rows.");

pub(super) const STATUS_FILTER: Quirk = Quirk::rare(
    "status-filter",
    "`work_order_statuses` and the span of `status_date` count: closed work orders can be asked for.",
    "They are ignored: closed work orders are in no report.",
);

pub(super) const TENANT_VISIBILITY: Quirk = Quirk::rare(
    "tenant-visibility",
    "`tenant_visibility` counts: `hidden` shows those who left, and `all` those who are to come too.",
    "It is ignored: tenant_directory shows those who live there now.",
);

pub(super) const UNITLESS_WORK_ORDERS: Quirk = Quirk::rare(
    "unitless-work-orders",
    "One work order in five names no unit, whatever the world says: those whose ids end in 0 or 5.",
    "It names its unit.",
);

pub(super) const ZONELESS_TIMES: Quirk = Quirk::rare(
    "zoneless-times",
    "`scheduled_start`, and `created_at` where it is no day, are local times that name no zone, as `2026-03-02 12:00:00`.",
    "They are in UTC and say so.",
);
