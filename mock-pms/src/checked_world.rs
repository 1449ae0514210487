//! Worlds that are validated: when they are read, and after edits. This stands above the dialects, because a world names
//! their quirks.

use std::collections::BTreeSet;
use std::path::Path;

use crate::dialects::{Dialect, LatchelDialect};
use crate::shared::quirk::Quirk;
use crate::world::{Edit, EditError, Id, Side, World, WorldError};

impl World {
    /// Reads and validates a world file.
    ///
    /// # Errors
    /// Names the file, and where in it the fault is.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, WorldError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|source| WorldError::Read { path: path.to_owned(), source })?;
        Self::from_json(&text)
            .map_err(|source| WorldError::File { path: path.to_owned(), source: Box::new(source) })
    }

    /// Reads and validates a world from JSON text.
    ///
    /// # Errors
    /// Names the path of the fault within the JSON.
    pub fn from_json(text: &str) -> Result<Self, WorldError> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let world: Self = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
            let path = e.path().to_string();
            WorldError::Malformed { path, message: e.into_inner().to_string() }
        })?;
        reader.end().map_err(|e| WorldError::Malformed { path: ".".to_owned(), message: e.to_string() })?;
        world.validate()?;
        Ok(world)
    }

    /// Checks that every quirk is known, every id is usable, and every reference leads somewhere.
    ///
    /// # Errors
    /// The first fault, with its path.
    pub fn validate(&self) -> Result<(), WorldError> {
        self.check_clock()?;
        self.check_quirks()?;
        self.check_references()
    }

    /// Applies all edits or none; answers the ids of the records concerned.
    ///
    /// # Errors
    /// The first edit that does not fit, or the reference that would lead nowhere.
    pub fn apply(&mut self, edits: &[Edit]) -> Result<Vec<Id>, EditError> {
        let mut next = self.clone();
        let ids = edits
            .iter()
            .enumerate()
            .map(|(index, edit)| {
                next.apply_one(edit).map_err(|e| EditError::At { index, source: Box::new(e) })
            })
            .collect::<Result<_, _>>()?;
        next.validate()?;
        *self = next;
        Ok(ids)
    }

    fn check_quirks(&self) -> Result<(), WorldError> {
        let platforms = Dialect::ALL.iter().flat_map(|dialect| dialect.quirks());
        self.check_quirks_of(Side::Platform, "platform.account", platforms)?;
        let latchels = LatchelDialect::ALL.iter().flat_map(|dialect| dialect.quirks());
        self.check_quirks_of(Side::Latchel, "latchel.company", latchels)
    }

    fn check_quirks_of<'q>(
        &self,
        side: Side,
        holder: &str,
        known: impl Iterator<Item = &'q Quirk>,
    ) -> Result<(), WorldError> {
        let known: BTreeSet<_> = known.map(|quirk| quirk.name).collect();
        let Some(name) = self.quirks(side).keys().find(|name| !known.contains(name.as_str())) else {
            return Ok(());
        };
        let who = if side == Side::Platform { "platform" } else { "Latchel" };
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        let message = format!("no {who} has this quirk; known: {known}");
        Err(WorldError::Invalid { path: format!("{holder}.quirks.{name}"), message })
    }
}
