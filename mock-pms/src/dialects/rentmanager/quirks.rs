//! All that is doubtful about the Web API. What stands under `usually` was seen by somebody, or is what more clients expect.

use crate::shared::quirk::Quirk;

/// Every quirk, by name.
pub(super) const ALL: [Quirk; 16] = [
    BYTE_ORDER_MARK,
    CAPPED_PAGES,
    DEAF_ORDER,
    EMBEDS_NEED_FIELDS,
    EMPTY_IS_204,
    EMPTY_IS_404,
    MEMBERLESS_GROUPS,
    NO_STREET,
    NO_STREET_LINES,
    OTHER_RATE_HEADER,
    PARTIAL_IS_206,
    PLACE_IN_LINKS_ONLY,
    PRIVATE_REACH,
    SESSION_TABLE_FULL,
    UNDATED_LEASES,
    UNIT_LINKS_ALONE,
];

pub(super) const BYTE_ORDER_MARK: Quirk = Quirk::rare(
    "byte-order-mark",
    "Every body in JSON begins with a UTF-8 byte order mark, that of a log-in too.",
    "It begins with the JSON.",
);

pub(super) const CAPPED_PAGES: Quirk = Quirk::rare(
    "capped-pages",
    "A page has 20 rows at most, whatever is asked for; `X-Total-Results` is the list's.",
    "It has as many rows as are asked for, up to 5,000.",
);

pub(super) const DEAF_ORDER: Quirk = Quirk::usual(
    "deaf-orderby",
    "`orderby` is taken and changes nothing: a list is in the order of ids.",
    "A list is in the order that `orderby` names.",
);

pub(super) const EMBEDS_NEED_FIELDS: Quirk = Quirk::usual(
    "embeds-need-fields",
    "A part that is among `embeds` is shown only if it is among `fields` too.",
    "It is shown.",
);

pub(super) const EMPTY_IS_204: Quirk = Quirk::usual(
    "empty-is-204",
    "A list without rows is a 204 without a body.",
    "It is a list without rows.",
);

pub(super) const EMPTY_IS_404: Quirk = Quirk::rare(
    "empty-is-404",
    "A list whose filters leave nothing is a 404 with an error model.",
    "It is as any list without rows.",
);

pub(super) const MEMBERLESS_GROUPS: Quirk = Quirk::rare(
    "memberless-groups",
    "The `Properties` that are embedded in a group are a list without rows, whatever is in it.",
    "They are those that are in it.",
);

pub(super) const NO_STREET: Quirk = Quirk::rare(
    "no-street",
    "An address has no `Street`: its lines are `Street1` and `Street2`.",
    "`Street` has all of its lines.",
);

pub(super) const NO_STREET_LINES: Quirk = Quirk::rare(
    "no-street-lines",
    "An address has neither `Street1` nor `Street2`: `Street` has all of its lines.",
    "Its lines are `Street1` and `Street2`.",
);

pub(super) const OTHER_RATE_HEADER: Quirk = Quirk::rare(
    "other-rate-header",
    "`X-RateRemaining` tells what is left of the limit.",
    "`x-ratelimit-remaining` and three others do.",
);

pub(super) const PARTIAL_IS_206: Quirk =
    Quirk::rare("partial-is-206", "A page that is not the whole list is a 206.", "It is a 200.");

pub(super) const PLACE_IN_LINKS_ONLY: Quirk = Quirk::rare(
    "place-in-links-only",
    "An issue's property, unit and tenant stand in the embedded `LinkedProperties`, `LinkedUnits` and `LinkedTenants` alone: \
     `PropertyID`, `UnitID` and `TenantID` are ignored where a client asks for them or sends them, and are no filters.",
    "They stand in `PropertyID`, `UnitID` and `TenantID` too.",
);

pub(super) const PRIVATE_REACH: Quirk = Quirk::rare(
    "private-reach",
    "Whoever asks for the `UserProperties` of users lacks a privilege: a 403.",
    "They are shown.",
);

pub(super) const SESSION_TABLE_FULL: Quirk = Quirk::rare(
    "session-table-full",
    "A log-in is a 401, \"User is already logged in maximum number of times.\", until 30 seconds after the first; then one is \
     let in.",
    "There is room for every session.",
);

pub(super) const UNDATED_LEASES: Quirk = Quirk::rare(
    "undated-leases",
    "A lease has neither `CreateDate` nor `UpdateDate`.",
    "It has both, and can be filtered by them.",
);

pub(super) const UNIT_LINKS_ALONE: Quirk = Quirk::rare(
    "unit-links-alone",
    "An issue of a unit is linked to the unit alone: its property is that of the link.",
    "It is linked to the property too.",
);
