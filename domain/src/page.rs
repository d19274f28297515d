//! Pages of a list: Relay's four arguments as one valid request.

/// Direction of a page from its cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// `first` and `after`.
    Forward,
    /// `last` and `before`.
    Backward,
}

/// One page: a number of items, in one direction, from a cursor or an end of the list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageRequest {
    /// Number of items, 0 to [`PageRequest::MAX_SIZE`].
    pub size: usize,
    /// Direction.
    pub direction: Direction,
    /// Opaque cursor after which (forward) or before which (backward) the page lies.
    pub cursor: Option<String>,
}

/// Why the arguments are no valid page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Both directions at once.
    #[error("first and last exclude each other: give one of them")]
    BothDirections,
    /// `after` with `last`, or `before` with `first`.
    #[error("{cursor} requires {size}")]
    CursorOfOtherDirection {
        /// The cursor argument given.
        cursor: &'static str,
        /// The size argument it belongs to.
        size: &'static str,
    },
    /// A page above the limit.
    #[error("{argument} {asked} is above the limit of {max}", max = PageRequest::MAX_SIZE)]
    TooLarge {
        /// `first` or `last`.
        argument: &'static str,
        /// Requested number of items.
        asked: i64,
    },
    /// A page below zero.
    #[error("{argument} {asked} is below 0")]
    Negative {
        /// `first` or `last`.
        argument: &'static str,
        /// Requested number of items.
        asked: i64,
    },
}

impl PageRequest {
    /// Largest page.
    pub const MAX_SIZE: i64 = 100;
    /// Page size if the caller gives none.
    pub const DEFAULT_SIZE: usize = 20;

    /// The first `size` items.
    pub fn first(size: usize) -> Self {
        Self { size, direction: Direction::Forward, cursor: None }
    }

    /// Parses Relay's arguments; null counts as not given. Without `first` and `last` a page has
    /// [`PageRequest::DEFAULT_SIZE`] items.
    ///
    /// # Errors
    /// [`PageError`], which names the argument and the limit.
    pub fn parse(
        first: Option<i64>,
        after: Option<String>,
        last: Option<i64>,
        before: Option<String>,
    ) -> Result<Self, PageError> {
        if first.is_some() && last.is_some() {
            return Err(PageError::BothDirections);
        }
        if before.is_some() && last.is_none() {
            return Err(PageError::CursorOfOtherDirection { cursor: "before", size: "last" });
        }
        if after.is_some() && last.is_some() {
            return Err(PageError::CursorOfOtherDirection { cursor: "after", size: "first" });
        }
        let (argument, asked, direction, cursor) = match last {
            Some(last) => ("last", last, Direction::Backward, before),
            None => ("first", first.unwrap_or(Self::DEFAULT_SIZE as i64), Direction::Forward, after),
        };
        if asked > Self::MAX_SIZE {
            return Err(PageError::TooLarge { argument, asked });
        }
        let size = usize::try_from(asked).map_err(|_| PageError::Negative { argument, asked })?;
        Ok(Self { size, direction, cursor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_parse_to_a_page_or_an_error() {
        let cursor = || Some("c".to_owned());
        let forward = |size, cursor| Ok(PageRequest { size, direction: Direction::Forward, cursor });
        let backward = |size, cursor| Ok(PageRequest { size, direction: Direction::Backward, cursor });
        let mixed = |cursor, size| Err(PageError::CursorOfOtherDirection { cursor, size });
        let cases = [
            ((None, None, None, None), forward(20, None)),
            ((Some(0), None, None, None), forward(0, None)),
            ((Some(100), cursor(), None, None), forward(100, cursor())),
            ((None, cursor(), None, None), forward(20, cursor())),
            ((None, None, Some(3), cursor()), backward(3, cursor())),
            ((Some(1), None, Some(1), None), Err(PageError::BothDirections)),
            ((Some(101), None, None, None), Err(PageError::TooLarge { argument: "first", asked: 101 })),
            ((None, None, Some(-1), None), Err(PageError::Negative { argument: "last", asked: -1 })),
            ((Some(1), None, None, cursor()), mixed("before", "last")),
            ((None, cursor(), Some(1), None), mixed("after", "first")),
        ];
        for ((first, after, last, before), expected) in cases {
            assert_eq!(PageRequest::parse(first, after, last, before), expected);
        }
    }
}
