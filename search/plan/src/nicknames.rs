//! Names of people with a nickname in quotes: `Charles "Buddy" Rogers`.

use wikimovie_text::reading::{Reading, TypedWord};

use crate::vocabulary::Vocabulary;

/// Most words of a nickname, and of the names on each side of it.
const MAX_NICKNAME_WORDS: usize = 2;

/// Takes the quotes of a nickname for a part of the name, where a person is called so: `Charles "Buddy" Rogers`.
pub(crate) fn read_nicknames(reading: &mut Reading, vocabulary: &Vocabulary) {
    let Reading { words, phrases, .. } = reading;
    let is_name = |start: usize, end: usize, words: &[TypedWord]| {
        let name: Vec<&str> = words[start..end].iter().map(|word| word.text.as_str()).collect();
        let person = vocabulary.person(&name.join(" "));
        person.is_some_and(|person| person.name.contains(['"', '“', '”']))
    };
    phrases.retain(|phrase| {
        let quoted = phrase.words.clone();
        let starts = quoted.start.saturating_sub(MAX_NICKNAME_WORDS)..quoted.start;
        let ends = quoted.end + 1..=(quoted.end + MAX_NICKNAME_WORDS).min(words.len());
        let is_nickname = quoted.len() <= MAX_NICKNAME_WORDS
            && starts.into_iter().any(|start| ends.clone().any(|end| is_name(start, end, words)));
        if is_nickname {
            words[quoted].iter_mut().for_each(|word| word.quoted = false);
        }
        !is_nickname
    });
}
