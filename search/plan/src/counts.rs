//! How many movies have a word.

use crate::WordField;

/// Movies that have a word, by field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordCounts {
    /// In the title.
    pub title: u32,
    /// In an other title.
    pub other_title: u32,
    /// In a name of cast or directors.
    pub people: u32,
    /// In the summary, the plot, the keywords or a writer's name.
    pub summary: u32,
}

impl WordCounts {
    /// Movies that have it in a field.
    pub fn of(self, field: WordField) -> u32 {
        match field {
            WordField::Title => self.title,
            WordField::OtherTitle => self.other_title,
            WordField::People => self.people,
            WordField::Summary => self.summary,
        }
    }

    /// Counts more movies in a field.
    pub fn add(&mut self, field: WordField, movies: u32) {
        let count = match field {
            WordField::Title => &mut self.title,
            WordField::OtherTitle => &mut self.other_title,
            WordField::People => &mut self.people,
            WordField::Summary => &mut self.summary,
        };
        *count = count.saturating_add(movies);
    }

    /// Movies that have it in the field in which most do.
    pub fn most(self) -> u32 {
        WordField::ALL.into_iter().map(|field| self.of(field)).max().unwrap_or(0)
    }

    /// Of all fields; a movie may count once for each.
    pub fn sum(self) -> u32 {
        let others = self.other_title.saturating_add(self.people).saturating_add(self.summary);
        self.title.saturating_add(others)
    }
}
