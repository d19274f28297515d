//! What separates the fields of a row of CSV.

/// What separates the fields of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// One byte.
    Byte(u8),
    /// `::`
    Colons,
}

impl Separator {
    /// Those that are looked for; of equals the first counts.
    pub(crate) const CANDIDATES: [Self; 5] =
        [Self::Byte(b','), Self::Byte(b'\t'), Self::Byte(b';'), Self::Byte(b'|'), Self::Colons];

    /// What receipts call it.
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Byte(b',') => "commas".to_owned(),
            Self::Byte(b'\t') => "tabs".to_owned(),
            Self::Byte(b';') => "semicolons".to_owned(),
            Self::Byte(b'|') => "bars".to_owned(),
            Self::Byte(other) => char::from(other).to_string(),
            Self::Colons => "::".to_owned(),
        }
    }
}
