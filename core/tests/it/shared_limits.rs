//! Limits that several processes share: whatever becomes of them, no span holds more calls than the limit; and one process
//! alone gets nearly all of it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use latchel_sync_core::shared_limits::{BLOCK_LASTS, Block, Book, Ended, KeptLimit, Taken, Wish};
use proptest::prelude::*;
use uuid::Uuid;

/// A process as far as its calls go. Times are microseconds of the place where the book is kept.
#[derive(Default)]
struct Process {
    asked_at: i64,
    spending: Option<Spending>,
    ended: Option<Ended>,
}

struct Spending {
    block: Block,
    asked_at: i64,
    answered_at: i64,
    sent: Vec<Duration>,
}

struct World {
    book: Book,
    now: i64,
    limits: Vec<KeptLimit>,
    sent: Vec<i64>,
    blocks: u128,
    /// Instant of the next call of a process that waits for it.
    free_at: Option<i64>,
}

fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_772_463_600_000_000 + micros).expect("an instant")
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).expect("a short time")
}

fn since(earlier: i64, later: i64) -> Duration {
    Duration::from_micros(u64::try_from(later - earlier).expect("later"))
}

impl World {
    fn new(limits: &[(u32, u64)]) -> Self {
        let limit = |&(calls, millis)| KeptLimit { calls, span: Duration::from_millis(millis) };
        let limits = limits.iter().map(limit).collect();
        Self { book: Book::default(), now: 0, limits, sent: Vec::new(), blocks: 0, free_at: None }
    }

    /// What the place does with a process's wish, which it got somewhat after that was made.
    fn take(&mut self, process: &mut Process, calls: u32) -> Taken {
        let ended = process.ended.take();
        self.blocks += 1;
        let wish = Wish { limits: self.limits.clone(), calls, ended };
        // The book survives being written down.
        let kept = serde_json::to_string(&self.book).expect("JSON");
        self.book = serde_json::from_str(&kept).expect("the same");
        self.book.take(&wish, Uuid::from_u128(self.blocks), instant(self.now))
    }

    /// A call by `process`, if it may make one.
    fn send(&mut self, process: &mut Process) -> bool {
        let Some(spending) = &mut process.spending else { return false };
        let is_over = since(spending.asked_at, self.now) >= BLOCK_LASTS;
        if is_over || spending.sent.len() == spending.block.calls.len() {
            let Spending { block, sent, .. } = process.spending.take().expect("it is there");
            process.ended = Some(Ended { block: block.id, sent });
            return false;
        }
        let free_at = spending.answered_at + micros(spending.block.calls[spending.sent.len()]);
        if free_at > self.now {
            self.free_at = Some(free_at);
            return true;
        }
        spending.sent.push(since(spending.asked_at, self.now));
        self.sent.push(self.now);
        true
    }

    fn assert_kept(&self) {
        for KeptLimit { calls, span } in &self.limits {
            let calls = *calls as usize;
            let least = self.sent.windows(calls + 1).map(|some| some[calls] - some[0]).min();
            let span = micros(*span);
            assert!(least.is_none_or(|least| least >= span), "{calls} in {span} µs: {least:?}");
        }
    }
}

fn answered(process: &mut Process, taken: Taken, answered_at: i64) {
    if let Taken::Block(block) = taken {
        process.spending =
            Some(Spending { block, asked_at: process.asked_at, answered_at, sent: Vec::new() });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_span_has_more_calls_than_the_limit_whatever_becomes_of_the_processes(
        which in 0..4_usize,
        steps in prop::collection::vec((0..3_usize, 0..100_u32, 0..2_000_u32, 1..200_u32), 100..600),
    ) {
        let limits: [&[(u32, u64)]; 4] =
            [&[(8, 1_000)], &[(8, 1_000), (40, 10_000)], &[(1, 300)], &[(60, 30_000)]];
        let mut world = World::new(limits[which]);
        let mut processes: [Process; 3] = Default::default();
        for (who, what, pause, wanted) in steps {
            // Most of the time little passes, and now and then as much as a process stands still.
            world.now += match pause {
                0..10 => i64::from(pause + 1) * 1_000_000,
                _ => i64::from(pause) * 20,
            };
            let process = &mut processes[who];
            match what {
                // Killed: the next one knows nothing.
                0..3 => *process = Process::default(),
                // Its wish reached the place, and the answer did not reach it.
                3..6 => drop(world.take(process, wanted)),
                _ if world.send(process) => {}
                _ => {
                    process.asked_at = world.now;
                    world.now += i64::from(pause) * 7;
                    let taken = world.take(process, wanted);
                    answered(process, taken, world.now);
                }
            }
        }
        world.assert_kept();
    }
}

/// Number of calls of one process that always has another one to make, `gap` after the one before.
fn alone(limits: &[(u32, u64)], gap: Duration, until: Duration) -> (usize, u128) {
    let (mut world, mut process) = (World::new(limits), Process::default());
    let mut wanted = 1;
    while world.now < micros(until) {
        if world.send(&mut process) {
            world.now = world.free_at.take().unwrap_or(world.now + micros(gap));
            continue;
        }
        process.asked_at = world.now;
        let taken = world.take(&mut process, wanted);
        // A statement takes its time.
        world.now += 2_000;
        match &taken {
            Taken::Block(_) => wanted = 1_024.min(wanted * 2),
            Taken::Later(pause) => world.now += micros(*pause),
        }
        let now = world.now;
        answered(&mut process, taken, now);
    }
    world.assert_kept();
    (world.sent.len(), world.blocks)
}

#[test]
fn one_process_alone_uses_nearly_all_of_its_limits() {
    for (limits, spans) in [
        (&[(8, 1_040)][..], 60),
        (&[(10, 1_040)], 60),
        (&[(1, 1_040)], 60),
        (&[(400, 60_500)], 5),
        (&[(480, 600_500)], 4),
        (&[(8, 1_040), (256, 60_500)], 180),
    ] {
        for gap in [0, 40, 130] {
            let (calls, span) = limits[0];
            let until = Duration::from_millis(span * spans);
            let (sent, asked) = alone(limits, Duration::from_millis(gap), until);
            let rate = |&(calls, span): &(u32, u64)| f64::from(calls) / span as f64;
            let tightest = limits.iter().map(rate).fold(1.0 / (gap as f64 + 0.001), f64::min);
            let share = sent as f64 / (tightest * until.as_millis() as f64);
            assert!(share >= 0.9, "{calls} in {span} ms, a call each {gap} ms: {share}");
            let spans = until.as_millis() / u128::from(limits.iter().map(|limit| limit.1).min().unwrap_or(1));
            let seldom = asked <= 4 * spans || asked <= sent as u128 / 2;
            assert!(seldom, "{limits:?}, a call each {gap} ms: asked {asked} times for {sent} calls");
        }
    }
}

/// Numbers of calls of several processes, each of which always has another one to make, `gap` after the one before.
fn together(processes: usize, limits: &[(u32, u64)], gap: Duration, until: Duration) -> (Vec<usize>, u128) {
    let mut world = World::new(limits);
    let new = |place: usize| (place as i64 * 10_000, 1_u32, 0_usize, Process::default());
    let mut all: Vec<_> = (0..processes).map(new).collect();
    while let Some((now, wanted, sent, process)) = all.iter_mut().min_by_key(|one| one.0)
        && *now < micros(until)
    {
        world.now = *now;
        let before = world.sent.len();
        if world.send(process) {
            *sent += world.sent.len() - before;
            *now = world.free_at.take().unwrap_or(world.now + micros(gap));
            continue;
        }
        process.asked_at = world.now;
        let taken = world.take(process, *wanted);
        // A statement takes now this long and now that.
        *now += 1_000 + i64::try_from(world.blocks * 7_919 % 6_007).expect("a few");
        match &taken {
            Taken::Block(_) => *wanted = 1_024.min(*wanted * 2),
            Taken::Later(pause) => *now += micros(*pause),
        }
        answered(process, taken, *now);
    }
    world.assert_kept();
    (all.into_iter().map(|one| one.2).collect(), world.blocks)
}

#[test]
fn several_processes_together_use_most_of_their_limits_and_each_gets_its_part() {
    for (limits, spans) in
        [(&[(8, 1_040)][..], 60), (&[(20, 1_040)], 60), (&[(400, 60_500)], 5), (&[(480, 600_500)], 3)]
    {
        for (processes, gap) in [(2, 0), (2, 100), (3, 0), (3, 130), (4, 40)] {
            let (calls, span) = limits[0];
            let until = Duration::from_millis(span * spans);
            let (sent, asked) = together(processes, limits, Duration::from_millis(gap), until);
            let most = f64::from(calls) * spans as f64;
            let most = most.min(processes as f64 * until.as_millis() as f64 / (gap as f64 + 0.001));
            let share = sent.iter().sum::<usize>() as f64 / most;
            let case = format!("{calls} in {span} ms, {processes} with a call each {gap} ms");
            assert!(share >= 0.8, "{case}: {share}");
            let fewest = sent.iter().min().copied().unwrap_or_default();
            assert!(fewest * 4 * processes >= sent.iter().sum(), "{case}: {sent:?}");
            assert!(asked <= 20 * processes as u128 * u128::from(spans), "{case}: asked {asked} times");
        }
    }
}

#[test]
fn a_process_that_is_far_below_its_limit_asks_seldom() {
    let (sent, asked) = alone(&[(480, 600_500)], Duration::from_millis(2_000), Duration::from_secs(500));
    assert_eq!((sent, asked), (250, 85));
}

/// Milliseconds after which the calls of a block can be made.
fn starts(taken: Taken) -> Vec<u128> {
    let Taken::Block(Block { calls, .. }) = taken else { panic!("a block") };
    calls.iter().map(Duration::as_millis).collect()
}

#[test]
fn what_a_killed_process_held_is_free_again_after_its_block_and_the_span() {
    let (mut world, mut killed) = (World::new(&[(8, 1_000)]), Process::default());
    assert_eq!(starts(world.take(&mut killed, 100)), [0; 4], "half of it");
    let mut other = Process::default();
    assert_eq!(starts(world.take(&mut other, 100)), [0; 4]);
    assert!(matches!(world.take(&mut other, 100), Taken::Later(_)));
    world.now = 5_000_000;
    assert!(matches!(world.take(&mut other, 100), Taken::Later(_)), "it may be spent now");
    world.now = 5_502_000;
    assert_eq!(starts(world.take(&mut other, 100)), [499; 4]);
}

#[test]
fn what_was_not_spent_is_given_back_with_the_next_wish() {
    let (mut world, mut one) = (World::new(&[(4, 60_000)]), Process::default());
    let Taken::Block(Block { id, .. }) = world.take(&mut one, 1) else { panic!("a block") };
    world.now += 100_000_000;
    one.ended = Some(Ended { block: id, sent: Vec::new() });
    for _ in 0..4 {
        assert!(matches!(world.take(&mut one, 1), Taken::Block(_)));
    }
    assert!(matches!(world.take(&mut one, 1), Taken::Later(_)));
}

#[test]
fn nobody_gets_anything_while_the_far_side_asks_for_fewer_calls() {
    let (mut world, mut one) = (World::new(&[(4, 1_000)]), Process::default());
    world.book.hold_back(Duration::from_secs(20), instant(0));
    assert_eq!(world.take(&mut one, 1), Taken::Later(Duration::from_secs(20)));
    world.now = 20_000_000;
    assert!(matches!(world.take(&mut one, 1), Taken::Block(_)));
    world.book.hold_back(Duration::from_secs(86_400), instant(world.now));
    assert_eq!(world.take(&mut one, 1), Taken::Later(Duration::from_secs(60)), "never for long");
}

#[test]
fn a_clock_that_is_set_back_keeps_nobody_waiting_for_long() {
    let (mut world, mut one) = (World::new(&[(4, 60_000)]), Process::default());
    world.now = 86_400_000_000;
    for _ in 0..4 {
        let Taken::Block(Block { id, .. }) = world.take(&mut one, 1) else { panic!("a block") };
        one.ended = Some(Ended { block: id, sent: vec![Duration::ZERO] });
    }
    assert!(matches!(world.take(&mut one, 1), Taken::Later(_)));
    world.now = 0;
    assert!(matches!(world.take(&mut one, 1), Taken::Later(_)), "nobody knows how long ago they were");
    world.now = 67_000_000;
    assert!(matches!(world.take(&mut one, 1), Taken::Block(_)));
}

#[test]
fn limits_of_connections_that_differ_are_each_kept_against_all_calls() {
    let (mut world, mut one) = (World::new(&[(8, 60_000)]), Process::default());
    for _ in 0..2 {
        let Taken::Block(Block { id, .. }) = world.take(&mut one, 2) else { panic!("a block") };
        one.ended = Some(Ended { block: id, sent: vec![Duration::ZERO; 2] });
    }
    world.limits[0].calls = 4;
    assert!(matches!(world.take(&mut one, 1), Taken::Later(_)));
    world.limits[0].calls = 8;
    assert!(matches!(world.take(&mut one, 1), Taken::Block(_)));
}

#[test]
fn what_is_given_back_without_another_wish_is_free_for_others() {
    let (mut world, mut one) = (World::new(&[(4, 60_000)]), Process::default());
    let Taken::Block(Block { id, .. }) = world.take(&mut one, 1) else { panic!("a block") };
    world.now = 1_000_000;
    world.book.give_back(&Ended { block: id, sent: Vec::new() }, instant(world.now));
    for _ in 0..4 {
        assert!(matches!(world.take(&mut one, 1), Taken::Block(_)));
    }
    assert!(matches!(world.take(&mut one, 1), Taken::Later(_)));
}
