use crate::model::{LatchelResident, NewResident};

/// True if Latchel has all of a resident who was created there.
pub(super) fn is_as_sent(resident: &LatchelResident, new: &NewResident) -> bool {
    resident.reference.as_ref() == Some(&new.reference)
        && resident.is_active == new.is_active
        && (resident.move_in, resident.move_out) == (new.tenancy.move_in, new.tenancy.move_out)
        && resident.unit == new.tenancy.unit
}
