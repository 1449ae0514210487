//! Texts that Latchel stores in another form than they were sent in.

use chrono::TimeDelta;
use latchel_sync_core::in_memory::Texts;
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::model::*;

use tests::simulation::pair::{Pair, stamped, unit, world};

/// Gives the property of 13 this name and a second address line, as of now.
fn name(pair: &Pair, name: &str, line2: &str) {
    pair.platform.edit(|world| {
        let now = world.now;
        let Some(Row::Record(one)) = world.properties.get_mut(&unit("13", None)) else { panic!() };
        one.property_name = name.to_owned();
        one.address.line2 = Some(line2.to_owned());
        one.freshness = stamped(now);
    });
}

#[tokio::test]
async fn blanks_and_line_ends_that_latchel_drops_are_confirmed_and_written_once() {
    let mut pair = Pair::new(world()).await;
    pair.latchel.edit(|world| world.texts = Texts::Trimmed);
    pair.platform.edit(|world| {
        for row in world.work_orders.values_mut() {
            let Row::Record(one) = row else { continue };
            one.number = format!("{} ", one.number);
        }
    });
    name(&pair, "  Elm House \t", "Back yard\r\nsecond door\r\n");
    let key = RecordKey::platform(Kind::Property, unit("13", None).key());
    let first = pair.sync().await;
    assert_eq!(first.reason(&key), Reason::PropertyNew);
    assert_eq!(first.run.status, RunStatus::Success, "{:?}", first.outcomes);

    for (text, line2, expected, writes) in [
        ("Elm House  ", "Back yard\r\nsecond door", Reason::PropertyUnchanged, 0),
        (" Elm House, renamed ", "Back yard\nsecond door ", Reason::PropertyChanged, 1),
        (" Elm House, renamed ", " Back yard\r\nsecond door", Reason::PropertyUnchanged, 0),
        (" Elm House, renamed ", " \r\n", Reason::PropertyChanged, 1),
        ("Elm House, renamed", " ", Reason::PropertyUnchanged, 0),
    ] {
        pair.advance(TimeDelta::minutes(15));
        name(&pair, text, line2);
        pair.advance(TimeDelta::minutes(15));
        pair.journal.take();
        let done = pair.sync().await;
        assert_eq!(done.reason(&key), expected, "{text:?} {line2:?}: {:?}", done.outcomes);
        assert_eq!(done.run.status, RunStatus::Success, "{text:?}");
        assert_eq!(pair.journal.take_writes().len(), writes, "{text:?}");
    }
}
