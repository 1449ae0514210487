//! The same by the clock: `cargo bench -p benches --bench wall_clock`.

mod cases;

use std::hint::black_box;

use cases::Page;
use criterion::{Criterion, criterion_group, criterion_main};

fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    let (equal, new) = (cases::equal_property(), cases::new_property());
    group.bench_function("property, equal", |bench| bench.iter(|| cases::on_property(black_box(&equal))));
    group.bench_function("property, new", |bench| bench.iter(|| cases::on_property(black_box(&new))));
    let resident = cases::equal_resident();
    group.bench_function("resident, equal", |bench| bench.iter(|| cases::on_resident(black_box(&resident))));
    group.bench_function("lapse, none", |bench| bench.iter(|| cases::on_lapse(black_box(&resident))));
    let import = cases::new_import();
    group.bench_function("import, new", |bench| bench.iter(|| cases::on_import(black_box(&import))));
    let export = cases::new_export();
    group.bench_function("export, new", |bench| bench.iter(|| cases::on_export(black_box(&export))));
    let close = cases::to_close();
    group.bench_function("close", |bench| bench.iter(|| cases::on_close(black_box(&close))));
}

fn ledger(criterion: &mut Criterion) {
    let page = Page::known();
    let mut group = criterion.benchmark_group("ledger");
    group.sample_size(20);
    group.bench_function("recall 1,000 keys", |bench| bench.iter(|| page.recall()));
    group.bench_function("record 1,000 outcomes", |bench| bench.iter(|| page.record()));
}

criterion_group!(all, decisions, ledger);
criterion_main!(all);
