//! How many movies have a word.

/// Movies that have a word, by field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordCounts {
    /// In the title.
    pub title: u32,
    /// In a name of the cast.
    pub cast: u32,
    /// In the summary.
    pub summary: u32,
}

impl WordCounts {
    /// Of all fields; a movie may count up to three times.
    pub fn sum(self) -> u32 {
        self.title.saturating_add(self.cast).saturating_add(self.summary)
    }
}
