//! Names that may have been meant by one that is not known.

/// Least likeness of a name that may have been meant, from 0 to 1.
const LIKENESS: f64 = 0.5;
/// Most names that are offered.
const OFFERED: usize = 3;
/// Longer names are like none.
const MAX_BYTES: usize = 100;

/// The names most like one, most like it first.
pub(crate) fn near<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    if name.len() > MAX_BYTES {
        return Vec::new();
    }
    let name = name.to_lowercase();
    let likeness = |other: &str| {
        let contains = !name.is_empty() && (other.contains(&name) || name.contains(other));
        strsim::normalized_damerau_levenshtein(&name, &other.to_lowercase())
            + if contains { 0.5 } else { 0.0 }
    };
    let mut like: Vec<_> = names.into_iter().map(|other| (likeness(other), other)).collect();
    like.retain(|(likeness, _)| *likeness >= LIKENESS);
    like.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.cmp(other)));
    like.into_iter().take(OFFERED).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_and_parts_are_near() {
        let names = ["search", "movies-by-title", "movies-by-year", "person"];
        assert_eq!(near("searchy", names), ["search"]);
        assert_eq!(near("movies-by-titlee", names)[0], "movies-by-title");
        assert_eq!(near("title", names), ["movies-by-title"]);
        assert_eq!(near("", names), [""; 0]);
        assert_eq!(near("zzzz", names), [""; 0]);
        assert_eq!(near(&"x".repeat(1_000), names), [""; 0]);
    }
}
