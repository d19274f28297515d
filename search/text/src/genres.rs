//! Everyday names of genres. They name no catalogue's genres: a reading that the catalogue lacks is ignored.

/// What an everyday name may mean, by key: every reading that the catalogue can meet counts; each reading
/// lists genres that are wanted together.
pub type Readings = &'static [&'static [&'static str]];

/// Everyday names, folded, with what they mean. Names of several words are joined by single spaces.
pub const EVERYDAY: &[(&str, Readings)] = &[
    ("sci fi", &[&["science fiction"], &["sci fi"]]),
    ("scifi", &[&["science fiction"], &["sci fi"]]),
    ("sf", &[&["science fiction"], &["sci fi"]]),
    ("science fiction", &[&["sci fi"], &["scifi"]]),
    ("romcom", &[&["romantic comedy"], &["romance", "comedy"]]),
    ("rom com", &[&["romantic comedy"], &["romance", "comedy"]]),
    ("romantic comedy", &[&["romance", "comedy"]]),
    ("romantic", &[&["romance"]]),
    ("love story", &[&["romance"]]),
    ("comic", &[&["comedy"]]),
    ("funny", &[&["comedy"]]),
    ("humor", &[&["comedy"]]),
    ("cartoon", &[&["animated"], &["animation"]]),
    ("animated", &[&["animation"]]),
    ("animation", &[&["animated"]]),
    ("anime", &[&["animated"], &["animation"]]),
    ("kids", &[&["family"], &["children"]]),
    ("children", &[&["family"]]),
    ("childrens", &[&["family"]]),
    ("biopic", &[&["biography"], &["biographical"]]),
    ("bio pic", &[&["biography"], &["biographical"]]),
    ("biographical", &[&["biography"]]),
    ("biography", &[&["biographical"]]),
    ("whodunit", &[&["mystery"]]),
    ("whodunnit", &[&["mystery"]]),
    ("detective", &[&["mystery"]]),
    ("scary", &[&["horror"]]),
    ("spooky", &[&["horror"]]),
    ("gangster", &[&["crime"]]),
    ("mafia", &[&["crime"]]),
    ("cowboy", &[&["western"]]),
    ("history", &[&["historical"]]),
    ("historical", &[&["history"]]),
    ("historic", &[&["historical"], &["history"]]),
    ("period", &[&["historical"], &["history"]]),
    ("music", &[&["musical"]]),
    ("film noir", &[&["noir"]]),
    ("kung fu", &[&["martial arts"]]),
    ("karate", &[&["martial arts"]]),
    ("martial art", &[&["martial arts"]]),
    ("espionage", &[&["spy"]]),
    ("secret agent", &[&["spy"]]),
    ("superheroes", &[&["superhero"]]),
    ("super hero", &[&["superhero"]]),
    ("teenage", &[&["teen"]]),
    ("teenager", &[&["teen"]]),
    ("courtroom", &[&["legal"]]),
    ("docu", &[&["documentary"]]),
    ("doc", &[&["documentary"]]),
    ("docs", &[&["documentary"]]),
    ("satirical", &[&["satire"]]),
    ("sport", &[&["sports"]]),
    ("sports", &[&["sport"]]),
    ("suspenseful", &[&["suspense"], &["thriller"]]),
    ("military", &[&["war"]]),
    ("indie", &[&["independent"]]),
];

/// Genres that are close to what an everyday name means, by key: worth less than the genre itself, better than nothing.
pub const NEARLY: &[(&str, &str)] = &[("suspense", "thriller"), ("thriller", "suspense")];

/// The forms under which a name may be listed: itself, and without a plural's ending (`westerns`, `comedies`).
/// A short stem (`wars`) is a word of titles more often than a genre.
pub fn stems(name: &str) -> Vec<String> {
    let mut forms = vec![name.to_owned()];
    if let Some(stem) = name.strip_suffix("ies").filter(|stem| stem.len() >= 4) {
        forms.push(format!("{stem}y"));
    } else if let Some(stem) = name.strip_suffix('s').filter(|stem| stem.len() >= 5) {
        forms.push(stem.to_owned());
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded_as_typed_words_are() {
        for (name, readings) in EVERYDAY {
            assert_eq!(crate::key(name), *name);
            for genre in readings.iter().copied().flatten() {
                assert_eq!(crate::key(genre), *genre);
            }
        }
    }
}
