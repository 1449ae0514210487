//! Every check beside the sentence that it checks, in the order of the trait.

use latchel_sync_core::model::Kind;

use super::{
    Check, aliases, check, close_work_order, create_work_order, every_call, every_list, every_look_up,
    find_by_marker, properties, property_groups, reach, residents, users, work_orders, work_orders_by_id,
};

/// `"SENTENCE": [CHECKS]` by module, where `CHECK(each_kind)` stands for three.
macro_rules! table {
    ($($module:ident { $($behavior:literal: [$($check:ident $(($each:ident))?),* $(,)?])* })*) => {
        [$($($(checks_of!($module, $behavior, $check $($each)?),)*)*)*].concat()
    };
}

macro_rules! checks_of {
    ($module:ident, $behavior:literal, $check:ident) => {
        &[Check {
            name: concat!(stringify!($module), "::", stringify!($check)),
            behavior: $behavior,
            run: |setup| Box::pin($module::$check(setup)),
        }] as &[Check]
    };
    ($module:ident, $behavior:literal, $check:ident each_kind) => {
        &[
            of_kind!($module, $behavior, $check, Property, "properties"),
            of_kind!($module, $behavior, $check, Resident, "residents"),
            of_kind!($module, $behavior, $check, WorkOrder, "work_orders"),
        ] as &[Check]
    };
}

macro_rules! of_kind {
    ($module:ident, $behavior:literal, $check:ident, $kind:ident, $name:literal) => {
        Check {
            name: concat!(stringify!($module), "::", stringify!($check), "::", $name),
            behavior: $behavior,
            run: |setup| Box::pin($module::$check(setup, Kind::$kind)),
        }
    };
}

/// Every check, in the order of the trait's methods.
pub fn checks() -> Vec<Check> {
    table! {
        every_call {
            "Calls that read may be repeated at will and change nothing.": [reads_change_nothing]
            "A failure has the `ErrorKind` that says whether it is temporary, and names what it happened on.": [
                wrong_credentials_are_unauthorized,
                a_missing_permission_is_forbidden,
                too_many_is_rate_limited,
                failing_is_unavailable,
                nonsense_is_malformed,
                a_failure_once_is_temporary,
                an_error_names_its_call,
            ]
            "No error, log line or `Debug` output holds a credential.": [no_credential_is_shown]
            "A row that cannot be understood becomes `Row::Invalid` and names its field; it never fails the page.": [
                an_unreadable_row_stays_alone(each_kind),
            ]
            "An enum value that is not known is taken as the least harmful one, never refused.": [
                an_unknown_status_is_open,
                no_unknown_word_is_refused,
            ]
            "A text arrives as it was written, in whatever script.": [texts_arrive, texts_are_sent]
            "The rate limits that the adapter declares are kept in advance, all at once.": [rate_limits_are_kept]
        }
        every_list {
            "Holds whatever was created or updated at the window's first instant or later, in every time zone.": [
                the_first_instant_is_inside(each_kind),
            ]
            "What is older is left out as far as `ChangeFilter` says, and never said to be filtered by the instant.": [
                older_is_outside(each_kind),
            ]
            "Holds each record of the window, however many there are; with none of them it is empty.": [
                however_many(each_kind),
                nothing_is_empty(each_kind),
            ]
            "A record that is there all the time is in it, whatever is added or changed between two pages.": [
                changes_between_pages_hide_nothing(each_kind),
            ]
            "At most a few pages are asked for before they are wanted, unless the platform cannot narrow the list; a list that is \
             dropped makes no further call.": [
                a_page_is_read_when_it_is_wanted(each_kind),
                a_dropped_list_ends(each_kind),
            ]
            "Records that did not change cost no call for each of them.": [
                what_did_not_change_costs_no_call(each_kind),
            ]
        }
        every_look_up {
            "Finds what the list has, with the same content.": [finds_what_the_list_has(each_kind)]
            "One that no longer exists is left out, and the others are found all the same.": [
                what_is_gone_is_left_out(each_kind),
            ]
            "Any number of ids may be asked for; the answers come in any order.": [any_number_of_ids(each_kind)]
        }
        check {
            "Reads only.": [reads_only]
            "What is wrong becomes a finding with a remedy; `Err` is for the platform not answering at all.": [
                wrong_credentials_are_a_finding,
                a_missing_permission_is_a_finding,
                no_answer_is_an_error,
            ]
        }
        properties {
            "A property with units yields its units, one without yields itself.": [units_or_the_property_itself]
            "A unit is active only if its property is; a property whose activity changed brings its units.": [
                activity_is_the_propertys,
            ]
            "Each has the names and the address that the platform has; a unit's own address wins over its property's.": [
                names_and_address_arrive,
                what_is_missing_is_missing,
            ]
        }
        residents {
            "One row for each resident and property, with all tenancies there.": [one_row_for_each_property]
            "A change of a tenancy alone brings the resident, and so does a change of the resident alone.": [
                each_change_alone_brings_the_resident,
            ]
            "Each has the name, the e-mail address and the primary phone that the platform has.": [
                contact_data_arrives,
            ]
            "The days of a tenancy are the account's local dates, whatever the time zone.": [days_pass_no_time_zone]
        }
        work_orders {
            "Each has the number, title, description, place and requester that the platform has.": [
                its_content_arrives,
                its_requester_arrives,
                a_place_may_be_a_property,
            ]
            "Each has the users that it is assigned to, never vendors; an assignment alone brings the work order.": [
                assignment_arrives,
            ]
            "Its status is closed only by the platform's words for completed and cancelled.": [
                statuses_are_told_apart,
            ]
            "What else the platform knows of it arrives as it is there.": [
                entry_arrives,
                access_instructions_arrive,
                severity_arrives,
                the_planned_start_arrives,
            ]
            "May yield `Row::Hint` where the content would cost a call for each record; the look-up by id finds what \
             it names.": [hints_can_be_looked_up]
        }
        work_orders_by_id {
            "Reads afresh: what was changed a moment ago is seen.": [reads_afresh]
        }
        users {
            "Every user that a work order can be assigned to, and inactive ones where the platform lists them; no vendors.": [
                all_users_and_no_vendor,
            ]
        }
        property_groups {
            "Each with the properties in it; none where the platform has no groups.": [each_with_its_properties]
        }
        reach {
            "One answer for each property, in their order; unknown where the platform does not tell.": [
                one_answer_for_each,
            ]
        }
        aliases {
            "Each is of a record that the list has, is no record's own id, and stands for no second record.": [
                each_is_of_one_record,
            ]
        }
        create_work_order {
            "What is created has the title, the description, the place and whatever else of it the platform keeps.": [
                the_content_is_kept,
            ]
            "It is assigned to the user, where the platform can assign at once.": [it_is_assigned]
            "A title that is too long for the platform is cut, never refused, and loses no marker.": [
                a_long_title_is_cut,
            ]
            "Sends the request once: an adapter never repeats a create, because the answer may be what was lost.": [
                a_lost_answer_is_not_asked_for_again,
            ]
            "Once the platform has answered with an id, that id is returned, whatever fails after it: an error that says that \
             nothing was made would make another. What is amiss is seen when the work order is read back.": [
                an_answered_id_is_returned_whatever_fails_after_it,
            ]
            "Once it has returned, `Platform::find_by_marker` finds the work order, after \
             `Capabilities::visibility_delay` at the latest.": [found_by_its_marker]
        }
        find_by_marker {
            "None, one, or several if something went wrong.": [none_one_or_several]
            "A marker is compared whole: one that begins like another is another.": [compared_whole]
        }
        close_work_order {
            "Sets the status to the platform's Complete or Cancelled and changes nothing else.": [
                completed,
                cancelled,
            ]
            "One that no longer exists is an error of the kind `ErrorKind::NotFound`.": [what_is_gone_is_not_found]
            "A status that the platform cannot set is an error, and changes nothing.": [
                what_it_cannot_set_is_an_error,
            ]
        }
    }
}
