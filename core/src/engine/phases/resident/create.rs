//! Creation of residents in Latchel.

use crate::Result;
use crate::engine::phases::create::{NewIntent, create_once};
use crate::engine::phases::resident::{Case, Residents};
use crate::model::{
    Kind, LatchelResidentId, Link, NewResident, Origin, RecordKey, ResidentMemory, SentDates,
};

impl Residents<'_> {
    /// Creates a resident; reading it back comes later (rule E3).
    pub(super) async fn create(&self, new: &NewResident, case: &Case) -> Result<Link> {
        let cx = self.0;
        let dates = SentDates { move_in: new.tenancy.move_in, move_out: new.tenancy.move_out };
        let create = NewIntent {
            source: RecordKey::platform(Kind::Resident, &new.reference),
            label: String::new(),
            marker: None,
            property: None,
            dates: Some(dates),
            open: case.memory.intent.as_deref(),
            linked: case.memory.link.as_deref(),
            visibility_delay: cx.latchel().visibility_delay(),
        };
        let sent = ResidentMemory {
            move_in: new.tenancy.move_in,
            move_out: new.tenancy.move_out,
            is_active: new.is_active,
            sent: None,
            sent_dates: None,
            by_date: !new.is_active,
            seen_active: false,
            evaluated_on: cx.today,
            turns_on: case.turns_on,
        };
        let link = |id: &LatchelResidentId| Link {
            resident: Some(sent),
            ..cx.link(Kind::Resident, &new.reference, id.0, Origin::FromPlatform)
        };
        create_once(cx, create, cx.latchel().create_resident(new), link).await
    }
}
