//! Two compact tables that a snapshot is made of: lists of numbers by row, and sorted strings.

/// For each row a short list of numbers, in one allocation.
#[derive(Debug, Default)]
pub(super) struct Lists {
    offsets: Vec<u32>,
    values: Vec<u32>,
}

impl Lists {
    pub(super) fn with_rows(rows: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self { offsets, values: Vec::new() }
    }

    /// Adds the next row.
    pub(super) fn push(&mut self, row: impl IntoIterator<Item = u32>) {
        self.values.extend(row);
        self.offsets.push(u32::try_from(self.values.len()).unwrap_or(u32::MAX));
    }

    /// Whether no row holds a number.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(super) fn get(&self, row: usize) -> &[u32] {
        match (self.offsets.get(row), self.offsets.get(row + 1)) {
            (Some(&start), Some(&end)) => &self.values[start as usize..end as usize],
            _ => &[],
        }
    }

    /// Memory.
    pub(super) fn bytes(&self) -> usize {
        (self.offsets.capacity() + self.values.capacity()) * size_of::<u32>()
    }

    /// Puts `numbers[value]` in the place of each value.
    pub(super) fn renumber(&mut self, numbers: &[u32]) {
        for value in &mut self.values {
            *value = numbers[*value as usize];
        }
    }

    /// For each value the rows that hold it, in order (counting sort). Rows for which `keep` is false are left out.
    pub(super) fn inverted(&self, values: usize, keep: impl Fn(usize) -> bool) -> Self {
        let rows = self.offsets.len().saturating_sub(1);
        let mut offsets = vec![0_u32; values + 1];
        let kept = || (0..rows).filter(|&row| keep(row));
        for row in kept() {
            for &value in self.get(row) {
                offsets[value as usize + 1] += 1;
            }
        }
        for place in 1..offsets.len() {
            offsets[place] += offsets[place - 1];
        }
        let mut next = offsets.clone();
        let mut inverted = vec![0_u32; offsets.last().copied().unwrap_or(0) as usize];
        for row in kept() {
            for &value in self.get(row) {
                let slot = &mut next[value as usize];
                inverted[*slot as usize] = row as u32;
                *slot += 1;
            }
        }
        Self { offsets, values: inverted }
    }
}

/// Strings in one allocation, found by place; sorted where the caller pushes them so.
#[derive(Debug, Default)]
pub(super) struct Strings {
    ends: Vec<u32>,
    bytes: String,
}

impl Strings {
    pub(super) fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    /// Memory.
    pub(super) fn bytes(&self) -> usize {
        self.ends.capacity() * size_of::<u32>() + self.bytes.capacity()
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, place: usize) -> &str {
        let start = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        &self.bytes[start..self.ends[place] as usize]
    }

    /// First place whose string is not below `text`.
    pub(super) fn lower_bound(&self, text: &str) -> usize {
        self.partition_point(|string| string < text)
    }

    /// Places of the strings that start with `prefix`.
    pub(super) fn starting_with(&self, prefix: &str) -> std::ops::Range<usize> {
        let start = self.lower_bound(prefix);
        let end = self.partition_point(|string| string < prefix || string.starts_with(prefix));
        start..end.max(start)
    }

    fn partition_point(&self, below: impl Fn(&str) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if below(self.get(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_invert() {
        let mut lists = Lists::with_rows(3);
        for row in [vec![1, 0], vec![], vec![1]] {
            lists.push(row);
        }
        assert_eq!(lists.get(0), [1, 0]);
        assert_eq!(lists.get(7), [0_u32; 0]);
        let inverted = lists.inverted(2, |_| true);
        assert_eq!((inverted.get(0), inverted.get(1)), (&[0][..], &[0, 2][..]));
        assert_eq!(lists.inverted(2, |row| row != 0).get(1), [2]);
    }

    #[test]
    fn strings_are_found_by_prefix() {
        let mut strings = Strings::default();
        for text in ["alien", "aliens", "matrix", "東京"] {
            strings.push(text);
        }
        assert_eq!(strings.starting_with("alien"), 0..2);
        assert_eq!(strings.starting_with("b"), 2..2);
        assert_eq!(strings.starting_with(""), 0..4);
        assert_eq!(strings.starting_with("東"), 3..4);
        assert_eq!(strings.lower_bound("zzz"), 3);
    }
}
