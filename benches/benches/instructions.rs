//! Instructions by callgrind: the same on every run, so that a regression of 3 % shows.
//!
//! `cargo bench -p benches --bench instructions`, with valgrind and `gungraun-runner` of the library's version
//! (`docs/performance.md`).

mod cases;

use std::hint::black_box;

use cases::Page;
use gungraun::prelude::*;
use gungraun::{Callgrind, EntryPoint};

/// Number of times that the ledger's page is gone through, so that what comes before is little beside it.
const ROUNDS: usize = 10;

#[library_benchmark]
#[bench::equal(cases::equal_property())]
#[bench::new(cases::new_property())]
fn property(case: (latchel_sync_core::rules::PropertyCase, latchel_sync_core::model::Policy)) -> usize {
    black_box(cases::on_property(black_box(&case)))
}

#[library_benchmark]
#[bench::equal(cases::equal_resident())]
fn resident(case: (latchel_sync_core::rules::ResidentCase, latchel_sync_core::model::Policy)) -> usize {
    black_box(cases::on_resident(black_box(&case)))
}

#[library_benchmark]
#[bench::stays(cases::equal_resident())]
fn lapse(case: (latchel_sync_core::rules::ResidentCase, latchel_sync_core::model::Policy)) -> usize {
    black_box(cases::on_lapse(black_box(&case)))
}

#[library_benchmark]
#[bench::new(cases::new_import())]
fn import(case: (latchel_sync_core::rules::ImportCase, latchel_sync_core::model::Policy)) -> usize {
    black_box(cases::on_import(black_box(&case)))
}

#[library_benchmark]
#[bench::new(cases::new_export())]
fn export(case: latchel_sync_core::rules::ExportCase) -> usize {
    black_box(cases::on_export(black_box(&case)))
}

#[library_benchmark]
#[bench::agrees(cases::to_close())]
fn close(case: latchel_sync_core::rules::CloseCase) -> usize {
    black_box(cases::on_close(black_box(&case)))
}

// What the two below do before they begin.
#[library_benchmark]
fn before() -> Page {
    black_box(Page::known())
}

#[library_benchmark]
fn recall_1000_keys_10_times() -> (Page, usize) {
    let page = Page::known();
    let found = (0..ROUNDS).map(|_| page.recall()).sum();
    (page, black_box(found))
}

#[library_benchmark]
fn record_1000_outcomes_10_times() -> Page {
    let page = Page::known();
    (0..ROUNDS).for_each(|_| page.record());
    page
}

library_benchmark_group!(name = decisions, benchmarks = [property, resident, lapse, import, export, close]);

// SQLite works in a thread of its own, so that the whole process is counted.
library_benchmark_group!(
    name = ledger,
    config = LibraryBenchmarkConfig::default().tool(Callgrind::default().entry_point(EntryPoint::None)),
    benchmarks = [before, recall_1000_keys_10_times, record_1000_outcomes_10_times]
);

mod harness {
    use gungraun::main;

    use super::{decisions, ledger};

    main!(library_benchmark_groups = decisions, ledger);

    pub fn run() {
        main();
    }
}

/// `cargo bench` and the runner name themselves; without either this is a test run, which need not have valgrind.
fn main() {
    if std::env::args().any(|argument| argument == "--bench" || argument.starts_with("--gungraun")) {
        harness::run();
    }
}
