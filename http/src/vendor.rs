use std::fmt;

use latchel_sync_core::{Error, ErrorKind, Result};

/// A vendor of the platform, for platforms on which a work order, or closing one, needs a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vendor {
    /// The vendor's id.
    pub id: String,
    /// The vendor's name.
    pub name: String,
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (id {})", self.name, self.id)
    }
}

/// Chooses Latchel's vendor among the active ones: the one whose id or name is `choice`, the adapter's setting `vendor`,
/// or without a choice the only one whose name contains "latchel", ignoring case.
///
/// # Errors
///
/// [`ErrorKind::Config`] with the context `key` and the choice to make, if there is none or more than one.
pub fn choose_vendor(active: Vec<Vendor>, choice: Option<&str>) -> Result<Vendor> {
    let matches = |vendor: &Vendor| match choice {
        Some(choice) => vendor.id == choice || vendor.name.eq_ignore_ascii_case(choice),
        None => vendor.name.to_lowercase().contains("latchel"),
    };
    let mut found: Vec<_> = active.into_iter().filter(matches).collect();
    let problem = match (found.pop(), found.as_slice(), choice) {
        (Some(vendor), [], _) => return Ok(vendor),
        (None, _, Some(choice)) => {
            format!("no active vendor has the id or name {choice:?}, which `vendor` names")
        }
        (None, _, None) => "no active vendor has \"latchel\" in the name; work orders need one".to_owned(),
        (Some(last), others, _) => {
            let names = others.iter().chain([&last]).map(|one| format!("{} ({})", one.id, one.name));
            format!("several vendors could be Latchel's: {}", names.collect::<Vec<_>>().join(", "))
        }
    };
    Err(Error::new(ErrorKind::Config, problem).with("key", "vendor"))
}
