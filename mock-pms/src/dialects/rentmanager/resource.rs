/// Description of a list.
pub(super) struct Resource {
    /// Its word in raw overrides.
    pub(super) kind: &'static str,
    /// The field that holds the id.
    pub(super) key: &'static str,
    /// Its fields, and what they hold.
    pub(super) fields: &'static [(&'static str, Holds)],
    /// Parts that are told only if they are asked for.
    pub(super) embeds: &'static [&'static str],
    /// Names that a client may ask for among the fields, and that show nothing.
    pub(super) ignored: &'static [&'static str],
}

/// Type of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Number,
    Text,
    Flag,
    /// A local time, or a day as the beginning of it.
    Time,
}

impl Resource {
    /// A list of these records, with nothing but its id.
    pub(super) const fn of(kind: &'static str, key: &'static str) -> Self {
        Self { kind, key, fields: &[], embeds: &[], ignored: &[] }
    }

    pub(super) fn holds(&self, field: &str) -> Option<Holds> {
        self.fields.iter().find(|(name, _)| *name == field).map(|(_, holds)| *holds)
    }
}
