//! Decisions beside their reasons: details, traces, and the guard's boundary.

use latchel_sync_core::ledger::{Action, Retry};
use latchel_sync_core::model::{Reason, RuleId, Tense, *};
use latchel_sync_core::rules::{
    PropertyCase, ResidentAction, Trace, decide_move_out, decide_property, decide_resident, is_mass_change,
};

use crate::make::{day, latchel_property, memory, policy, today};
use crate::resident::known;

#[test]
fn a_mass_change_is_more_than_the_share_and_at_least_the_number() {
    let policy = MassChangePolicy::default();
    for (deactivations, active, expected) in [
        (10, 50, false),
        (11, 50, true),
        (10, 49, true),
        (9, 12, false),
        (10, 12, true),
        (10, 0, true),
        (0, 0, false),
    ] {
        for kind in [Kind::Property, Kind::Resident] {
            let found = is_mass_change(kind, deactivations, active, &policy);
            assert_eq!(found, expected, "{deactivations} of {active}");
        }
    }
    for (deactivations, active, expected) in [(2, 2, false), (3, 3, true), (9, 9, true), (4, 5, false)] {
        assert_eq!(is_mass_change(Kind::Property, deactivations, active, &policy), expected);
        assert!(!is_mass_change(Kind::Resident, deactivations, active, &policy), "people move together");
    }
}

#[test]
fn dates_that_differ_after_a_move_out_are_told() {
    let mut case = known();
    case.latchel.as_mut().expect("known").move_out = Some(day("2026-02-01"));
    case.tenancy.move_out = Some(day("2026-05-01"));
    let decision = decide_resident(&case, &policy(), today(), &mut Trace::off());
    assert_eq!(decision.reason, Reason::ResidentMovedOut);
    let told = decision.detail.as_deref();
    assert_eq!(told, Some("move-out: 2026-05-01 on the platform, 2026-02-01 in Latchel"));
    case.tenancy.move_out = Some(day("2026-02-01"));
    assert_eq!(decide_resident(&case, &policy(), today(), &mut Trace::off()).detail, None);
}

#[test]
fn a_reached_move_out_changes_the_activity_and_nothing_else() {
    let mut resident = known().latchel.expect("known");
    resident.move_out = Some(today());
    let memory = memory(&resident, "2026-03-01");
    let decision = decide_move_out(&resident, &memory, today(), &mut Trace::off());
    let only = ResidentPatch { is_active: Some(false), ..ResidentPatch::default() };
    assert_eq!(decision.action, Some(ResidentAction::Update(resident.id, only)));
}

#[test]
fn a_trace_holds_every_question_with_its_answer_and_marks_the_one_that_decided() {
    let case = PropertyCase {
        latchel: Some(LatchelProperty { is_active: false, ..latchel_property() }),
        ..crate::property::known()
    };
    let asked = |case: &PropertyCase| {
        let mut trace = Trace::on();
        let reason = decide_property(case, &policy(), &mut trace).reason;
        let checks = trace.decided(reason, &RecordKey::platform(Kind::Property, "1"));
        checks.iter().map(|one| (one.rule, one.question, one.answer.clone(), one.decided)).collect::<Vec<_>>()
    };
    let told = |rule, question, answer: &str, decided| (rule, question, answer.to_owned(), decided);
    let excluded = told(RuleId::P5, "Does the configuration leave it out?", "no", false);
    let claimed = told(RuleId::P7, "Does Latchel's property belong to another on the platform?", "no", false);
    assert_eq!(
        asked(&case),
        [excluded.clone(), claimed.clone(), told(RuleId::P4, "Is it active in Latchel?", "no", true)]
    );
    let active = PropertyCase { latchel: Some(latchel_property()), ..case };
    assert_eq!(
        asked(&active),
        [
            excluded,
            claimed,
            told(RuleId::P4, "Is it active in Latchel?", "yes", false),
            told(RuleId::P3, "Is it active on the platform?", "yes", false),
            told(RuleId::P6, "Is its address complete?", "yes", false),
            told(RuleId::P2, "Does anything differ?", "no", true),
        ]
    );
    let mut off = Trace::off();
    let reason = decide_property(&active, &policy(), &mut off).reason;
    assert_eq!(off.decided(reason, &RecordKey::platform(Kind::Property, "1")).len(), 1, "what decided alone");
}

#[test]
fn reasons_and_rules_find_each_other() {
    for reason in Reason::ALL {
        assert_eq!(Reason::from_code(reason.code()), Some(*reason));
        assert_eq!(reason.to_string(), reason.code());
        assert!(reason.rules().count() > 0);
        for rule in reason.rules() {
            assert!(rule.reasons().any(|one| one == *reason), "{rule} and {reason}");
        }
    }
    assert_eq!(Reason::from_code("no_such_reason"), None);
    let rules = |reason: Reason| reason.rules().collect::<Vec<_>>();
    assert_eq!(rules(Reason::NoPropertyMatch), [RuleId::R5, RuleId::WP3, RuleId::L3]);
    assert_eq!(rules(Reason::PropertyNew), [RuleId::P1]);
    let key = |side| RecordKey { kind: Kind::WorkOrder, side, id: String::new() };
    assert_eq!(Reason::NoPropertyMatch.rule_for(&key(Side::Platform)), RuleId::WP3);
    assert_eq!(Reason::NoPropertyMatch.rule_for(&key(Side::Latchel)), RuleId::L3);
    let resident = RecordKey { kind: Kind::Resident, side: Side::Platform, id: String::new() };
    assert_eq!(Reason::NoPropertyMatch.rule_for(&resident), RuleId::R5);
    for rule in RuleId::ALL {
        assert_eq!(rule.to_string(), rule.as_str());
        assert!(!rule.section().title().is_empty());
    }
    assert_ne!(RuleId::W1.section().title(), RuleId::P1.section().title());
}

#[test]
fn what_decided_is_marked_once_whatever_the_reason_and_where_no_rule_asked_it_is_added() {
    for reason in Reason::ALL {
        for side in [Side::Platform, Side::Latchel] {
            let key = RecordKey { kind: Kind::WorkOrder, side, id: "1".to_owned() };
            let mut trace = Trace::on();
            trace.check(RuleId::W1, "When was it created?", &"today", true);
            let checks = trace.decided(*reason, &key);
            let decided: Vec<_> = checks.iter().filter(|check| check.decided).collect();
            assert!(matches!(decided.as_slice(), [one] if one.rule == reason.rule_for(&key)), "{reason}");
            assert!(checks.iter().all(|check| check.question.ends_with('?')), "{reason}");
        }
    }
}

#[test]
fn what_a_reason_does_is_told_in_the_tense_that_was_asked_for() {
    let told = |reason: Reason| [Tense::Has, Tense::Will, Tense::Would].map(|tense| reason.sentence(tense));
    assert_eq!(
        told(Reason::WorkOrderImported),
        [
            "It was created in Latchel with the platform's number.",
            "It will be created in Latchel with the platform's number.",
            "It would be created in Latchel with the platform's number.",
        ]
    );
    let [has, will, would] = told(Reason::MethodNone);
    assert!(has == will && will == would, "a state is told alike");
    for reason in Reason::ALL {
        let [has, will, would] = told(*reason);
        assert!(has.ends_with('.') && will.ends_with('.') && would.ends_with('.'), "{reason}");
        if has != will {
            assert!(will.contains(" will ") && would.contains(" would "), "{reason}");
            assert!(!has.contains(" will ") && !will.contains(" was created"), "{reason}");
        }
    }
}

#[test]
fn a_failure_is_told_with_what_the_next_try_does_and_when() {
    let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().expect("an instant");
    let (failed, now) = (at("2026-03-02T20:00:00Z"), at("2026-03-02T20:01:00Z"));
    let key = RecordKey::latchel(Kind::WorkOrder, JobId(7).0);
    let rests = Retry {
        failed_at: failed,
        error: Some("500 from the platform.".to_owned()),
        attempts: 1,
        next_try: Some(at("2026-03-02T20:05:00Z")),
        dismissed: false,
        action: Some(Action::Close),
    };
    let told = |retry: &Retry| {
        let sentence = retry.sentence(&key, now, chrono_tz::Tz::UTC);
        let failed = "The last try, at 2026-03-02 20:00 UTC, failed: 500 from the platform. ";
        sentence.strip_prefix(failed).expect("it begins with the failure").to_owned()
    };
    assert_eq!(
        told(&rests),
        "It is tried again by the first run after 2026-03-02 20:05 UTC, which would close it on the platform."
    );
    let due = Retry { next_try: None, ..rests.clone() };
    assert_eq!(told(&due), "It is tried again by the next run, which would close it on the platform.");
    let dismissed = Retry { dismissed: true, ..rests };
    assert_eq!(
        told(&dismissed),
        "Somebody dismissed it; once something about it changes, a run tries again to close it on the platform."
    );
}
