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

/// Whether the folded word only says that movies are wanted (`80s action movies`).
pub fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "movie"
            | "movies"
            | "film"
            | "films"
            | "flick"
            | "flicks"
            | "picture"
            | "pictures"
            | "cinema"
            | "feature"
            | "features"
            | "starring"
            | "featuring"
    )
}
