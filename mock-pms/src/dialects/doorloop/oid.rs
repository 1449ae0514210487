//! Ids of 24 hexadecimal digits, made from the world's and read back.

use super::problem::Problem;
use crate::world::{Id, Lease, Property, PropertyGroup, Record, Tenant, Unit, User, Vendor, WorkOrder};

/// A sort of record that has ids of its own here. A task is a work order of the world.
pub(super) trait Named: Record {
    /// The id's first eight digits, which are of the time in a real one.
    const STAMP: u32;
    /// Name of the sort for people.
    const WHAT: &'static str;
}

macro_rules! named {
    ($($record:ty, $stamp:literal, $what:literal;)*) => {$(
        impl Named for $record {
            const STAMP: u32 = $stamp;
            const WHAT: &'static str = $what;
        }
    )*};
}

named! {
    Property, 0x6500_0001, "Property";
    Unit, 0x6500_0002, "Unit";
    Tenant, 0x6500_0003, "Tenant";
    Lease, 0x6500_0004, "Lease";
    User, 0x6500_0005, "User";
    Vendor, 0x6500_0006, "Vendor";
    WorkOrder, 0x6500_0007, "Task";
    PropertyGroup, 0x6500_0008, "Portfolio";
}

/// The id for a record of the world.
pub(super) fn oid<T: Named>(id: Id) -> String {
    format!("{:08x}{id:016x}", T::STAMP)
}

/// The id of a tenant's part in a lease.
pub(super) fn part_oid(lease: Id, tenant: Id) -> String {
    format!("{lease:012x}{tenant:012x}")
}

/// The world's id, or 0, which no record has, for one that names nothing; 422 for what is no id at all.
pub(super) fn read<T: Named>(name: &str, text: &str) -> Result<Id, Problem> {
    if text.len() != 24 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::invalid(name, "must be an id of 24 hexadecimal digits"));
    }
    let own = text.strip_prefix(&format!("{:08x}", T::STAMP));
    Ok(own.and_then(|digits| Id::from_str_radix(digits, 16).ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_and_one_of_another_kind_names_nothing() {
        let id = oid::<Unit>(20_731);
        assert_eq!(id.len(), 24);
        assert_eq!(read::<Unit>("unit", &id), Ok(20_731));
        assert_eq!(read::<Property>("property", &id), Ok(0));
        assert!(read::<Unit>("unit", "20731").is_err());
    }
}
