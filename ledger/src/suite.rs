//! Promises that every ledger must keep, as tests over `&dyn Ledger`: [`ledger_suite!`](crate::ledger_suite) makes them. And
//! those that a ledger must keep with which a server works: [`desk_suite!`](crate::desk_suite).
//!
//! Each function is one of the promises of [`Ledger`] or [`Desk`](crate::desk::Desk), takes an empty ledger, and panics if it does not hold.
#![allow(missing_docs, clippy::expect_used, reason = "tests: the names say it, and a failure is a panic")]

mod browsers;
mod causes;
mod changes;
mod desk;
mod forgetting;
mod kept;
mod links;
mod outcomes;
mod runs;
mod search;
mod shared;

use chrono::{DateTime, Utc};
use latchel_sync_core::Ledger;
use latchel_sync_core::ledger::*;
use latchel_sync_core::model::{Kind, Link, Origin, Phase, Reason, RecordKey, RunId, Side};
use uuid::Uuid;

pub use browsers::*;
pub use causes::*;
pub use changes::*;
pub use desk::*;
pub use forgetting::*;
pub use kept::*;
pub use links::*;
pub use outcomes::*;
pub use runs::*;
pub use search::*;
pub use shared::*;

/// Makes a test of each promise; `$fresh` is an async function that returns an empty ledger.
#[macro_export]
macro_rules! ledger_suite {
    ($fresh:path) => {
        $crate::ledger_suite!($fresh:
            accounts_keep_their_sync_start,
            one_run_at_a_time,
            phases_are_held_apart,
            a_run_that_lost_its_lease_writes_nothing,
            runs_are_newest_first,
            an_account_stands_as_its_runs_left_it,
            a_phase_that_was_stopped_is_as_if_it_had_not_begun,
            a_success_is_remembered_by_account_and_phase,
            memories_come_in_the_order_of_their_keys,
            a_link_is_found_from_both_sides,
            a_link_that_is_ended_is_gone_from_both_sides,
            a_latchel_record_is_never_linked_twice,
            an_outcome_is_the_newest_and_history_holds_changes,
            outcomes_are_counted_by_reason,
            what_failed_is_pending_until_it_ends,
            pending_comes_in_pages,
            a_dismissed_record_wakes_when_it_changes,
            an_intent_keeps_its_record_pending_until_it_is_settled,
            a_link_ends_the_intents_of_its_pair,
            dates_are_reached_since_the_last_evaluation,
            links_are_counted_and_listed,
            records_are_found_by_ids_and_numbers,
            accounts_do_not_see_each_other,
        );
    };
    ($fresh:path: $($promise:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $promise() {
            $crate::suite::$promise(&$fresh().await).await;
        }
    )*};
}

/// Makes a test of each promise to a server; `$fresh` is an async function that returns an empty ledger.
#[macro_export]
macro_rules! desk_suite {
    ($fresh:path) => {
        $crate::ledger_suite!($fresh:
            users_come_by_name_and_are_replaced,
            a_session_lasts_until_it_ends,
            a_user_who_changes_has_no_session_any_more,
            an_offer_is_taken_once_and_in_time,
            a_browser_is_connected_until_it_is_ended,
            a_user_who_changes_has_no_browser_any_more,
            a_mirrored_work_order_is_found_by_the_word_in_its_pages_address,
            what_people_did_is_newest_first,
            a_paused_account_stays_so_until_it_is_resumed,
            a_delivery_is_kept_once_and_until_it_is_worked_on,
            an_alert_holds_until_it_ends,
            each_filter_narrows_by_itself,
            age_goes_by_the_instant,
            filters_narrow_together,
            text_is_looked_for_as_it_is,
            what_is_found_comes_in_pages,
            what_is_found_says_how_long_it_waits,
            a_record_has_a_history_newest_first,
            outcomes_are_found_by_their_account_only,
            records_of_all_accounts_are_found_by_id_number_and_title,
            what_a_run_wrote_is_told_apart_from_what_it_only_found,
            old_runs_are_forgotten_and_what_is_known_stays,
            more_is_forgotten_than_one_step_takes,
            runs_that_found_nothing_are_forgotten_sooner_and_stay_counted,
            what_the_server_kept_is_forgotten_when_it_is_old,
            what_waits_is_followed_to_its_property_and_counted_there,
            what_nobody_can_help_or_somebody_dismissed_needs_nobody,
            odd_ids_lead_to_their_property_too,
            few_causes_are_named_and_all_are_counted,
            what_waits_for_a_property_is_found_by_it,
            each_change_of_a_kept_account_is_seen,
            a_kept_account_is_changed_as_it_was_read_or_not_at_all,
            calls_of_a_group_are_taken_until_there_are_none,
            a_group_that_is_held_back_gets_nothing_and_others_do,
            tries_are_slowed_down_by_each_of_their_keys,
            a_right_try_is_taken_back,
            tries_at_the_name_of_somebody_who_is_added_anew_are_forgotten,
        );
    };
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_463_600, 123_456_000).expect("an instant")
}

pub fn new_run(account: &str) -> NewRun {
    NewRun {
        id: RunId(Uuid::now_v7()),
        account: account.to_owned(),
        now: now(),
        day: None,
        trigger: Trigger::Manual,
        holder: "a test".to_owned(),
        phases: Phase::ALL.to_vec(),
    }
}

pub fn outcome(run: RunId, id: &str, reason: Reason) -> Outcome {
    Outcome {
        key: RecordKey::platform(Kind::WorkOrder, id),
        counterpart: None,
        label: format!("#{id}"),
        reason,
        action: Action::None,
        detail: None,
        run,
        at: now(),
        fingerprint: None,
        waits_for: None,
        tried: None,
        waits_until: None,
    }
}

pub fn link(run: RunId, platform_id: &str, latchel_id: i64) -> Link {
    Link {
        kind: Kind::WorkOrder,
        platform_id: platform_id.to_owned(),
        latchel_id,
        origin: Origin::FromPlatform,
        run,
        created_at: now(),
        verified_at: Some(now()),
        platform_number: Some(format!("WO-{platform_id}")),
        latchel_number: None,
        number_written_at: None,
        close: None,
        resident: None,
        sent_for: None,
        not_stored: Vec::new(),
    }
}

fn finished(run: &NewRun, status: RunStatus) -> Run {
    let counts = Counts::from([(Reason::PropertyNew, 3)]);
    let report = PhaseReport {
        phase: Phase::Properties,
        window_from: now(),
        counts,
        writes: 3,
        error: None,
        error_kind: None,
        paused: None,
    };
    Run {
        status,
        phases: vec![report],
        warnings: vec!["a gap".to_owned()],
        took_ms: Some(1_200),
        calls: [("Latchel".to_owned(), 3)].into(),
        ..Run::begin(run)
    }
}

/// Begins a run of every phase.
async fn begin(ledger: &dyn Ledger, account: &str) -> Lease {
    ledger.begin_run(&new_run(account)).await.expect("a lease")
}

async fn open_ids(ledger: &dyn Ledger, after: Option<&str>, limit: u32) -> Vec<String> {
    let page = ledger.pending("a", Kind::WorkOrder, Side::Platform, after, limit).await.expect("pending");
    page.into_iter().map(|pending| pending.outcome.key.id).collect()
}

async fn recall_one(ledger: &dyn Ledger, key: RecordKey) -> RecordMemory {
    ledger.recall("a", &[key]).await.expect("memories").pop().expect("a memory")
}
