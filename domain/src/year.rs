//! The year of a movie.

use serde::{Deserialize, Serialize};

/// Year of release, 1870 to 2100: the first moving pictures are of 1878, and announced movies are dated ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Year(u16);

impl Year {
    /// Earliest year accepted.
    pub const MIN: i64 = 1870;
    /// Latest year accepted.
    pub const MAX: i64 = 2100;

    /// The year as a number.
    pub fn get(self) -> i64 {
        i64::from(self.0)
    }

    /// First year of its decade: 1980 for 1984.
    pub fn decade(self) -> i64 {
        self.get() / 10 * 10
    }
}

impl TryFrom<i64> for Year {
    type Error = YearOutOfRange;

    fn try_from(year: i64) -> Result<Self, Self::Error> {
        match u16::try_from(year) {
            Ok(value) if (Self::MIN..=Self::MAX).contains(&year) => Ok(Self(value)),
            _ => Err(YearOutOfRange(year)),
        }
    }
}

impl From<Year> for i64 {
    fn from(year: Year) -> Self {
        year.get()
    }
}

/// A year before 1870 or after 2100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("year {0} is outside {min} to {max}", min = Year::MIN, max = Year::MAX)]
pub struct YearOutOfRange(pub i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_outside_the_range_are_rejected() {
        for year in [1869, 2101, -1, i64::MAX] {
            assert_eq!(Year::try_from(year), Err(YearOutOfRange(year)));
        }
        assert_eq!(Year::try_from(1989).unwrap().decade(), 1980);
    }
}
