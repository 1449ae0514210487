//! All that is doubtful about the Partner API. What stands under `usually` is the likelier of the two.

use crate::shared::quirk::{Quirk, UNSTABLE_ORDER};

/// Every quirk, by name.
pub(super) const ALL: [Quirk; 23] = [
    ABSENT_NEXT,
    BARE_PROPERTIES,
    BOOLEAN_FLAGS,
    CONTACTLESS_TENANTS,
    CREATED_AND_UPDATED,
    ENTRY_NEEDS_INSTRUCTIONS,
    EXCLUSIVE_END,
    FORBIDDEN_KEY,
    FORGETFUL_LINKS,
    KEY_BY_HOST,
    LONGER_PAGES,
    META_TOTAL,
    NO_SINGLES,
    ONE_STATE,
    PLACELESS_TENANTS,
    PUT_WRITES,
    SLIDING_LIMIT,
    STATES_DROP_DATES,
    UNDATED_TENANTS,
    UNSTABLE_ORDER,
    UTC_DAYS,
    WRAPPED_BODIES,
    ZONELESS_TIMES,
];

pub(super) const ABSENT_NEXT: Quirk =
    Quirk::rare("absent-next", "The last page has no `links.next`.", "Its `links.next` is null.")
        .of_latchel();

pub(super) const BARE_PROPERTIES: Quirk = Quirk::rare(
    "bare-properties",
    "A property shows its id, its name, `ref_property_id` and when it changed.",
    "It shows its address, `ref_unit_id`, `is_active` and the rest too.",
)
.of_latchel();

pub(super) const BOOLEAN_FLAGS: Quirk =
    Quirk::rare("boolean-flags", "Flags are true or false.", "They are 0 or 1.").of_latchel();

pub(super) const CONTACTLESS_TENANTS: Quirk =
    Quirk::rare("contactless-tenants", "A tenant shows no e-mail and phone.", "It shows them.").of_latchel();

pub(super) const CREATED_AND_UPDATED: Quirk = Quirk::rare(
    "created-and-updated",
    "A new record is told of by two webhooks: it was created, and it was updated.",
    "By one.",
)
.of_latchel();

pub(super) const ENTRY_NEEDS_INSTRUCTIONS: Quirk = Quirk::usual(
    "entry-needs-instructions",
    "A job with `enter_permission` 1 needs access instructions, its own or the property's; without them it is a 422.",
    "It needs none.",
)
.of_latchel();

pub(super) const EXCLUSIVE_END: Quirk = Quirk::rare(
    "exclusive-end",
    "The day of an `_end_date` filter is not part of what is asked for.",
    "It is the last day of it.",
)
.of_latchel();

pub(super) const FORBIDDEN_KEY: Quirk =
    Quirk::rare("forbidden-key", "A wrong or missing key is a 403.", "It is a 401.").of_latchel();

pub(super) const FORGETFUL_LINKS: Quirk = Quirk::usual(
    "forgetful-links",
    "`links.next` carries `page` alone: whoever follows it loses the filters.",
    "It carries the filters too.",
)
.of_latchel();

pub(super) const KEY_BY_HOST: Quirk = Quirk::rare(
    "key-by-host",
    "The key is good at 127.0.0.1 only; at any other name of the host, as localhost, it is a wrong one, as at the sandbox.",
    "It is good wherever the mock is reached.",
)
.of_latchel();

pub(super) const LONGER_PAGES: Quirk = Quirk::rare(
    "longer-pages",
    "Pages of properties and tenants have 15 rows.",
    "They have 10 rows, as those of jobs.",
)
.of_latchel();

pub(super) const META_TOTAL: Quirk =
    Quirk::rare("meta-total", "A list tells its total in `meta.total`.", "It has no `meta`.").of_latchel();

pub(super) const NO_SINGLES: Quirk = Quirk::rare(
    "no-singles",
    "`GET /properties/{id}` and `/tenants/{id}` are not there (404).",
    "They answer with the record.",
)
.of_latchel();

pub(super) const ONE_STATE: Quirk =
    Quirk::rare("one-state", "Of several ids in `in_states` only the first counts.", "All of them count.")
        .of_latchel();

pub(super) const PLACELESS_TENANTS: Quirk =
    Quirk::rare("placeless-tenants", "A tenant does not show its property.", "It shows `property_id`.")
        .of_latchel();

pub(super) const PUT_WRITES: Quirk = Quirk::rare(
    "put-writes",
    "PATCH is a 405, and PUT replaces the whole record.",
    "PUT is a 405, and PATCH changes the sent fields.",
)
.of_latchel();

pub(super) const SLIDING_LIMIT: Quirk = Quirk::rare(
    "sliding-limit",
    "Calls come back one by one, each after the limit's span.",
    "All calls of a span come back at once, counted from its first call.",
)
.of_latchel();

pub(super) const STATES_DROP_DATES: Quirk =
    Quirk::rare("states-drop-dates", "Beside `in_states`, the dates are ignored.", "Both hold.").of_latchel();

pub(super) const UNDATED_TENANTS: Quirk = Quirk::rare(
    "undated-tenants",
    "A tenant shows neither `move_in_date` nor `move_out_date`.",
    "It shows both.",
)
.of_latchel();

pub(super) const UTC_DAYS: Quirk =
    Quirk::rare("utc-days", "The days of filters are UTC's.", "They are the company's.").of_latchel();

pub(super) const WRAPPED_BODIES: Quirk = Quirk::rare(
    "wrapped-bodies",
    "A body stands under the record's name, as `{\"job\": {...}}`; a plain one is a 422.",
    "It is plain.",
)
.of_latchel();

pub(super) const ZONELESS_TIMES: Quirk = Quirk::rare(
    "zoneless-times",
    "Date-times are in UTC and name no zone, as `2026-03-02 15:00:00`.",
    "They end in `Z`.",
)
.of_latchel();
