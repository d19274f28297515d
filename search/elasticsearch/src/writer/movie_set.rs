//! Which movies an object listed so far, in bounded memory: the first in memory, all of them in a file once there are
//! many.

use std::{
    collections::HashSet,
    fs::File,
    hash::{Hash, Hasher},
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
};

/// Movies held in memory: half a megabyte.
const IN_MEMORY: usize = 7 << 12;

/// Places in the first file; doubled whenever half of them are occupied.
const FIRST_SLOTS: u64 = 1 << 18;

/// Bytes of a place.
const SLOT_BYTES: usize = 16;

/// A movie by the hash of its id; the lowest bit says whether its record differs from what was there before, and is no part
/// of which movie it is.
#[derive(Clone, Copy, Debug)]
struct Member(u128);

impl Member {
    fn new(movie: u128, differs: bool) -> Self {
        // A free place of the file is zero.
        Self(movie.max(2) & !1 | u128::from(differs))
    }

    fn movie(self) -> u128 {
        self.0 & !1
    }

    fn differs(self) -> bool {
        self.0 & 1 == 1
    }
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.movie() == other.movie()
    }
}

impl Eq for Member {}

impl Hash for Member {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.movie().hash(state);
    }
}

/// Movies, each with whether its record differs from what was there before.
#[derive(Debug, Default)]
pub(super) struct MovieSet {
    memory: HashSet<Member>,
    file: Option<Table>,
    len: u64,
    differing: u64,
}

impl MovieSet {
    /// Adds a record; `true` where it is the first of its movie.
    pub(super) fn put(&mut self, movie: u128, differs: bool) -> io::Result<bool> {
        let entry = Member::new(movie, differs);
        if self.file.is_none() && self.memory.len() >= IN_MEMORY {
            let mut table = Table::new(FIRST_SLOTS)?;
            for entry in std::mem::take(&mut self.memory) {
                table.insert(entry)?;
            }
            self.file = Some(table);
        }
        let before = match &mut self.file {
            Some(table) => table.insert(entry)?,
            None => self.memory.replace(entry),
        };
        self.len += u64::from(before.is_none());
        self.differing = self.differing + u64::from(differs) - u64::from(before.is_some_and(Member::differs));
        Ok(before.is_none())
    }

    /// Movies.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Movies of which the last record differs.
    pub(super) fn differing(&self) -> u64 {
        self.differing
    }
}

/// An open-addressed table in a file without a name, which is gone with the process.
#[derive(Debug)]
struct Table {
    file: File,
    slots: u64,
    occupied: u64,
}

impl Table {
    fn new(slots: u64) -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        file.set_len(slots * SLOT_BYTES as u64)?;
        Ok(Self { file, slots, occupied: 0 })
    }

    /// Puts a movie in its place; what was there of it before.
    fn insert(&mut self, entry: Member) -> io::Result<Option<Member>> {
        if self.occupied * 2 >= self.slots {
            self.grow()?;
        }
        let mask = self.slots - 1;
        let mut at = u64::try_from(entry.0 >> 64).unwrap_or_default() & mask;
        loop {
            let mut found = [0; SLOT_BYTES];
            self.file.seek(SeekFrom::Start(at * SLOT_BYTES as u64))?;
            self.file.read_exact(&mut found)?;
            let found = Member(u128::from_le_bytes(found));
            let is_free = found.0 == 0;
            if is_free || found == entry {
                if found.0 != entry.0 {
                    self.file.seek(SeekFrom::Start(at * SLOT_BYTES as u64))?;
                    self.file.write_all(&entry.0.to_le_bytes())?;
                }
                self.occupied += u64::from(is_free);
                return Ok((!is_free).then_some(found));
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) -> io::Result<()> {
        let mut larger = Self::new(self.slots * 2)?;
        self.file.seek(SeekFrom::Start(0))?;
        let mut rows = BufReader::with_capacity(64 * 1024, &self.file);
        let mut row = [0; SLOT_BYTES];
        for _ in 0..self.slots {
            rows.read_exact(&mut row)?;
            let found = Member(u128::from_le_bytes(row));
            if found.0 != 0 {
                larger.insert(found)?;
            }
        }
        *self = larger;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use wikimovie_engine::content_hash::hash128;

    #[test]
    fn many_movies_are_counted_as_few() {
        let mut listed = MovieSet::default();
        let mut model = HashMap::new();
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..300_000 {
            let (movie, differs) = (hash128(&random.u32(..200_000).to_string()), random.bool());
            assert_eq!(listed.put(movie, differs).unwrap(), model.insert(movie, differs).is_none());
        }
        assert!(listed.file.as_ref().unwrap().slots > FIRST_SLOTS, "it has grown");
        assert_eq!(listed.len(), model.len() as u64);
        assert_eq!(listed.differing(), model.values().filter(|differs| **differs).count() as u64);
    }
}
