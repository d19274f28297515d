//! Normal forms of a whole title, equal for its spellings, and the key by which titles sort.

use super::{fold, key, natural_order::natural_order, numerals, stop, words};

/// The key of a whole title; equal for titles that differ in case, diacritics and punctuation only.
pub fn title_key(title: &str) -> String {
    key(title)
}

/// The key by which a title sorts: its [`title_key`] without a leading article, in natural order of its numbers.
pub fn sort_key(title: &str) -> String {
    let key = title_key(title);
    natural_order(stop::without_article(&key).unwrap_or(&key))
}

/// The normal forms of a whole title, each once: its [`squash`], the one without `Part`,
/// `Volume` and the like before a number, and the one of the title before its subtitle's colon where that part
/// holds a number (`Ong Bak 2: The Beginning` is also `Ong Bak 2`).
pub fn title_normal_forms(title: &str) -> Vec<String> {
    let title = with_leading_article(title);
    let found = words(&title);
    let found: Vec<&str> = found.iter().map(|word| word.text.as_str()).collect();
    let mut forms = vec![squash_words(&found), squash_plain_words(&found)];
    if let Some((head, _)) = title.split_once(": ") {
        let words = words(head);
        let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        // A number at the start names a thing (`X-Men`), one behind other words counts sequels.
        if (1..words.len()).any(|place| numerals::number_in_title(&words, place).is_some()) {
            forms.push(squash_plain_words(&words));
        }
    }
    let mut kept: Vec<String> = Vec::new();
    for form in forms {
        if !form.is_empty() && !kept.contains(&form) {
            kept.push(form);
        }
    }
    kept
}

/// A text as one word: leading article dropped, numbers as digits, all joined. `The Hunger Games`,
/// `hungergames` and `Hunger-Games` squash to one form, so do `Saw VI` and `saw six`. Text and title are squashed
/// alike, so a wrong guess (is `X` ten?) does no harm.
pub fn squash(text: &str) -> String {
    let words = words(text);
    squash_words(&words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>())
}

/// [`squash`] of words in folded form.
pub fn squash_words(words: &[&str]) -> String {
    join_numbers(words, |_, _| true)
}

/// [`squash_words`] without the words that only announce a number (`Part`, `Volume`, `Chapter`, `Episode`).
pub fn squash_plain_words(words: &[&str]) -> String {
    join_numbers(words, |place, word| {
        !(place > 0
            && matches!(word, "part" | "volume" | "vol" | "chapter" | "episode" | "pt" | "no")
            && numerals::number_in_title(words, place + 1).is_some())
    })
}

fn join_numbers(words: &[&str], keep: impl Fn(usize, &str) -> bool) -> String {
    let skip = usize::from(words.len() > 1 && stop::is_article(words[0]));
    let mut form = String::new();
    for (place, word) in words.iter().enumerate().skip(skip).filter(|&(place, word)| keep(place, word)) {
        // Two numbers side by side must not become one: `2 12` is not `21 2`.
        match numerals::number_in_title(words, place) {
            Some(number) => {
                if form.ends_with(|c: char| c.is_ascii_digit()) {
                    form.push(' ');
                }
                form.push_str(&number.to_string());
            }
            None => form.push_str(word),
        }
    }
    form
}

/// `Goonies, The` as `The Goonies`.
fn with_leading_article(title: &str) -> String {
    match title.rsplit_once(", ") {
        Some((head, tail)) if stop::is_article(&fold(tail)) => format!("{tail} {head}"),
        _ => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_title_share_a_normal_form() {
        let cases: [&[&str]; 7] = [
            &["Spider-Man", "spiderman", "spider man", "The Spider-Man"],
            &["Saw VI", "saw 6", "Saw six"],
            &["Goonies, The", "the goonies", "GOONIES"],
            &["The Big Tease", "the bigtease", "thebig tease".trim_start_matches("the")],
            &["Hostel: Part II", "hostel 2", "hostel part 2"],
            &["Ong Bak 2: The Beginning", "ong bak ii", "ongbak 2"],
            &["Kill Bill: Volume 2", "kill bill vol 2"],
        ];
        for titles in cases {
            let forms = title_normal_forms(titles[0]);
            for title in &titles[1..] {
                let typed = title_normal_forms(title);
                assert!(typed.iter().any(|form| forms.contains(form)), "{title}: {typed:?} in {forms:?}");
            }
        }
    }

    #[test]
    fn only_sequels_are_known_without_subtitle() {
        assert!(!title_normal_forms("X-Men: First Class").contains(&squash("X-Men")));
        assert!(title_normal_forms("Terminator 2: Judgment Day").contains(&squash("terminator two")));
    }

    #[test]
    fn numbers_stay_apart() {
        assert_ne!(squash("2 12"), squash("21 2"));
    }
}
