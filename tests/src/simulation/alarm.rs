//! Assertions that fail while a run goes on. The engine takes a panic for a mistake of its own and ends the phase, so that
//! nobody would hear of them.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

thread_local! {
    static FAILED: Cell<u32> = const { Cell::new(0) };
}

/// Counts this thread's panics from now on.
pub fn set() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |what| {
            FAILED.set(FAILED.get() + 1);
            before(what);
        }));
    });
    FAILED.set(0);
}

/// Fails if something has failed since.
pub fn check() {
    assert_eq!(FAILED.get(), 0, "an assertion failed while a run went on");
}
