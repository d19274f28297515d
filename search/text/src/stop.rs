//! Words that carry little: articles, stop words, and words around a piece of text that only lead to it.

/// Whether the folded word is an article that titles are also known without.
pub fn is_article(word: &str) -> bool {
    matches!(word, "the" | "a" | "an")
}

/// The key of a title without its leading article; `None` where it has none, or nothing else.
pub fn without_article(title_key: &str) -> Option<&str> {
    let (first, rest) = title_key.split_once(' ')?;
    is_article(first).then_some(rest)
}

/// Whether a movie may lack the folded word where the text has other words to go by.
pub fn is_stop_word(word: &str) -> bool {
    matches!(
        word,
        "a" | "an"
            | "and"
            | "are"
            | "as"
            | "at"
            | "be"
            | "by"
            | "for"
            | "from"
            | "he"
            | "her"
            | "his"
            | "i"
            | "in"
            | "is"
            | "it"
            | "its"
            | "me"
            | "my"
            | "of"
            | "on"
            | "or"
            | "she"
            | "so"
            | "that"
            | "the"
            | "their"
            | "them"
            | "then"
            | "there"
            | "this"
            | "to"
            | "was"
            | "were"
            | "with"
            | "you"
            | "your"
    )
}

/// Whether the word at this place only builds the question and need not be met: it asks (`who`, `where`), or leads to
/// what is asked for (`about`, `set in`, `directed by`). Words that titles and plots are made of count as such only where
/// their neighbours show it.
pub fn is_question_word(words: &[&str], at: usize) -> bool {
    let word = |at: Option<usize>| at.and_then(|at| words.get(at)).copied().unwrap_or_default();
    let before = word(at.checked_sub(1));
    let next = word(Some(at + 1));
    match word(Some(at)) {
        "about" | "where" | "who" | "whose" | "whom" | "which" | "what" | "when" | "how" | "has" | "have"
        | "had" | "does" | "did" | "do" | "into" | "onto" | "being" | "been" | "than" | "we" | "they"
        | "him" | "our" => true,
        "like" | "called" | "named" | "titled" | "entitled" => {
            super::filler::is_movie_word(before)
                || matches!(before, "something" | "anything" | "stuff" | "one")
        }
        "set" => matches!(next, "in" | "on" | "at" | "during" | "around"),
        "directed" | "written" | "made" | "produced" | "filmed" => matches!(next, "by" | "in"),
        "based" => next == "on",
        "takes" | "taking" => next == "place",
        "place" => matches!(before, "takes" | "taking"),
        _ => false,
    }
}
