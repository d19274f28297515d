//! Highlights: spans of a movie's texts that match what was typed, also as safe HTML. One tokenizer reads both sides,
//! so whatever the index found is marked, on every engine alike.

use std::{collections::HashSet, ops::Range};

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};
use wikimovie_domain::{Highlight, Movie, Reason, ReasonKind, SearchField, Span, YearRange};
use wikimovie_text::{
    edit_distance::{FuzzyMatcher, allowed_edits},
    fold, key, stop, words,
};

use crate::{
    WordField,
    compile::Compiled,
    highlight_terms::{HighlightTerms, indexed_words, typed_part},
    shape::Shape,
    texts::{texts, word_field},
};

/// Length of the part of a summary that is shown, in characters.
const WINDOW_CHARS: usize = 240;

/// The texts of a movie that hold highlight terms: titles, names, genres, year, keywords, and the best part of summary and
/// plot.
pub fn highlights(movie: &Movie, highlight_terms: &HighlightTerms) -> Vec<Highlight> {
    let in_fields = |fields: &[WordField]| -> Vec<Highlight> {
        let texts = fields.iter().flat_map(|&field| texts(movie, field));
        texts.map(|(field, text)| highlight_text(field, text, highlight_terms)).collect()
    };
    let mut found = in_fields(&[WordField::Title, WordField::OtherTitle, WordField::People]);
    found
        .extend(movie.genres.iter().map(|genre| highlight_text(SearchField::Genres, genre, highlight_terms)));
    if let Some(year) = movie.year {
        found.push(highlight_text(SearchField::Year, &year.get().to_string(), highlight_terms));
    }
    found.extend(in_fields(&[WordField::Summary]));
    found.retain(|highlight| !highlight.spans.is_empty());
    found
}

/// A text with the typed words in it marked; of a summary or plot the part of about 240 characters that holds most of
/// them, cut at words.
pub fn highlight_text(field: SearchField, text: &str, highlight_terms: &HighlightTerms) -> Highlight {
    let terms = &highlight_terms.0;
    let ranges = match field {
        SearchField::Genres if terms.genres.contains(&key(text)) => std::iter::once(0..text.len()).collect(),
        SearchField::Year if is_in(text, &terms.years) => std::iter::once(0..text.len()).collect(),
        SearchField::Writers if terms.writers.contains(&key(text)) => {
            std::iter::once(0..text.len()).collect()
        }
        SearchField::Summary | SearchField::Plot => {
            return window(field, text, terms.find(WordField::Summary, text));
        }
        _ => word_field(field).map_or_else(Vec::new, |words| terms.find(words, text)),
    };
    Highlight { field, text: text.to_owned(), spans: spans(text, &ranges) }
}

/// A suggestion with the typed starts of its words marked; a word that was typed with typos is marked whole.
pub fn highlight_suggestion(field: SearchField, text: &str, typed: &str) -> Highlight {
    let typed: Vec<String> = words(typed).into_iter().map(|word| word.text).collect();
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for word in indexed_words(text) {
        let start = typed
            .iter()
            .filter(|typed| word.text.starts_with(typed.as_str()))
            .max_by_key(|typed| typed.len());
        let typos = |typed: &String| {
            let edits = allowed_edits(typed);
            edits > 0 && FuzzyMatcher::prefix(typed, edits).edits(&word.text).is_some()
        };
        let end = match start {
            Some(typed) => word.start + typed_part(text.get(word.start..word.end).unwrap_or_default(), typed),
            None if typed.iter().any(typos) => word.end,
            None => continue,
        };
        match ranges.last_mut() {
            Some(last) if word.start < last.end => last.end = last.end.max(end),
            _ => ranges.push(word.start..end),
        }
    }
    Highlight { field, text: text.to_owned(), spans: spans(text, &ranges) }
}

fn is_in(year: &str, ranges: &[YearRange]) -> bool {
    let year = year.parse::<i64>().ok().and_then(|year| wikimovie_domain::Year::try_from(year).ok());
    ranges.iter().any(|range| !range.is_empty() && range.contains(year))
}

/// The part of a summary or plot that holds the most different marked words.
fn window(field: SearchField, text: &str, ranges: Vec<Range<usize>>) -> Highlight {
    let chars = text.chars().count();
    let part = if chars <= WINDOW_CHARS { 0..text.len() } else { best_part(text, &ranges) };
    let (before, after) =
        (if part.start > 0 { "… " } else { "" }, if part.end < text.len() { " …" } else { "" });
    let shown = format!("{before}{}{after}", text.get(part.clone()).unwrap_or_default());
    let inside = ranges.into_iter().filter(|range| range.start >= part.start && range.end <= part.end);
    let moved: Vec<Range<usize>> =
        inside.map(|r| r.start - part.start + before.len()..r.end - part.start + before.len()).collect();
    let spans = spans(&shown, &moved);
    Highlight { field, text: shown, spans }
}

fn best_part(text: &str, ranges: &[Range<usize>]) -> Range<usize> {
    // A little text before the first highlight, so that the reader sees where it starts.
    const LEAD_CHARS: usize = 40;
    let mut best = (0, 0..end_of_part(text, 0));
    // A stop word alone is no reason to show a part.
    let word = |range: &Range<usize>| fold(text.get(range.clone()).unwrap_or_default());
    let words: Vec<Option<String>> =
        ranges.iter().map(|range| Some(word(range)).filter(|word| !stop::is_stop_word(word))).collect();
    for (at, first) in ranges.iter().enumerate() {
        let start = start_of_part(text, first.start, LEAD_CHARS);
        let end = end_of_part(text, start).max(first.end);
        let mut seen = HashSet::new();
        let in_part = ranges[at..].iter().take_while(|range| range.end <= end).count();
        seen.extend(words[at..at + in_part].iter().flatten());
        if seen.len() > best.0 {
            best = (seen.len(), start..end);
        }
    }
    best.1
}

/// The start of a word at most so many characters before a place.
fn start_of_part(text: &str, place: usize, chars: usize) -> usize {
    let back = text[..place].char_indices().rev().nth(chars - 1).map_or(0, |(at, _)| at);
    if back == 0 {
        return 0;
    }
    text[back..place].find(' ').map_or(place, |offset| back + offset + 1)
}

/// The end of a word at most [`WINDOW_CHARS`] behind a place.
fn end_of_part(text: &str, start: usize) -> usize {
    let Some((offset, _)) = text[start..].char_indices().nth(WINDOW_CHARS) else {
        return text.len();
    };
    let end = character_start(text, start + offset);
    text[start..end].rfind(' ').filter(|&at| at > 0).map_or(end, |at| start + at)
}

/// The ranges as spans. What a reader takes for one character is marked as a whole: `ले` of which only `ल` was typed.
fn spans(text: &str, ranges: &[Range<usize>]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::with_capacity(ranges.len());
    let mut done = 0;
    let mut units = 0;
    for range in whole_characters(text, ranges) {
        let start = units + utf16(text, done..range.start);
        let end = start + utf16(text, range.clone());
        spans.push(Span { start, end });
        (done, units) = (range.end, end);
    }
    spans
}

/// The ranges, in order, extended to the characters that they cut.
fn whole_characters(text: &str, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    if text.is_ascii() {
        return ranges.to_vec();
    }
    let mut whole: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    let mut characters = text.grapheme_indices(true).map(|(at, c)| at..at + c.len()).peekable();
    for range in ranges {
        let is_before = |character: &Range<usize>| character.end <= range.start;
        while characters.next_if(is_before).is_some() {}
        let Some(first) = characters.peek() else { break };
        let start = first.start.min(range.start);
        let mut end = range.end;
        // The last one stays: the next range may begin in it.
        while let Some(character) = characters.peek().filter(|character| character.start < range.end) {
            end = end.max(character.end);
            if character.end >= range.end {
                break;
            }
            characters.next();
        }
        match whole.last_mut() {
            Some(last) if start < last.end => last.end = last.end.max(end),
            _ => whole.push(start..end),
        }
    }
    whole
}

/// The start of the character that a place is in.
fn character_start(text: &str, place: usize) -> usize {
    let mut cursor = GraphemeCursor::new(place, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(false) => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
        Ok(true) | Err(_) => place,
    }
}

fn utf16(text: &str, range: Range<usize>) -> u32 {
    let units: usize = text.get(range).unwrap_or_default().chars().map(char::len_utf16).sum();
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// Why a movie was found at a level: of each group of the plan the best way that it meets, best first, each once; last
/// what of the text it lacks.
pub fn reasons(movie: &Movie, compiled: &Compiled, level: usize) -> Vec<Reason> {
    let shape = Shape::of(movie);
    let labels = &compiled.highlight_terms.0.labels;
    let mut found: Vec<(u32, Reason)> = Vec::new();
    for (at, (group, typed)) in compiled.plan.score.iter().zip(labels).enumerate() {
        // A pin is a reason once, of the whole text.
        let mut tiers = group.tiers.iter().filter(|tier| at == 0 || tier.kind != ReasonKind::Pin);
        let best = tiers.find_map(|tier| shape.find(&tier.clause).map(|found| (tier, found)));
        if let Some((tier, (field, matched))) = best {
            let reason = Reason { kind: tier.kind, field, typed: typed.clone(), matched };
            if !found.iter().any(|(_, known)| *known == reason) {
                found.push((tier.weight, reason));
            }
        }
    }
    found.sort_by_key(|&(weight, _)| std::cmp::Reverse(weight));
    let optional = compiled.levels.optional(level, &compiled.plan.score);
    let lacking = optional.into_iter().filter(|(_, clause)| shape.find(clause).is_none());
    let missing = lacking.map(|(typed, _)| Reason {
        kind: ReasonKind::Missing,
        field: None,
        typed,
        matched: String::new(),
    });
    found.into_iter().map(|(_, reason)| reason).chain(missing).collect()
}

/// The highlight as HTML: text escaped, spans in `<mark>`. No text can become markup.
pub fn html(highlight: &Highlight) -> String {
    let mut html = String::with_capacity(highlight.text.len() + 16 * highlight.spans.len());
    let mut spans = highlight.spans.iter().peekable();
    let mut unit = 0;
    let mut open = false;
    for c in highlight.text.chars() {
        while let Some(span) = spans.peek() {
            if open && span.end <= unit {
                html.push_str("</mark>");
                open = false;
                spans.next();
            } else if !open && span.end <= unit {
                // An empty span, or one that lies in another.
                spans.next();
            } else {
                if !open && span.start <= unit {
                    html.push_str("<mark>");
                    open = true;
                }
                break;
            }
        }
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(c),
        }
        unit += u32::try_from(c.len_utf16()).unwrap_or(2);
    }
    if open {
        html.push_str("</mark>");
    }
    html
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wikimovie_domain::{Details, MovieId, Provenance, Question, ReasonKind, Year};

    use super::*;
    use crate::{
        compile::compile,
        vocabulary::{Vocabulary, VocabularyBuilder, WordCounts},
    };

    fn vocabulary() -> Vocabulary {
        let counts = WordCounts { title: 3, people: 3, summary: 3, ..WordCounts::default() };
        let words = [
            "amelie",
            "matrix",
            "godfather",
            "spider",
            "man",
            "paris",
            "waitress",
            "audrey",
            "दलवल",
            "蝠侠",
            "侠",
            "กแพง",
        ];
        VocabularyBuilder::new(100).words(words.map(|word| (word.to_owned(), counts))).build()
    }

    fn typed(text: &str) -> HighlightTerms {
        compile(&Question { text: text.to_owned(), ..Question::default() }, &vocabulary()).highlight_terms
    }

    fn check(text: &str, field: SearchField, original: &str, expected: &str) {
        let highlight = highlight_text(field, original, &typed(text));
        assert_eq!(html(&highlight), expected, "{text}");
    }

    #[test]
    fn what_was_typed_is_marked() {
        use SearchField::{Cast, Summary, Title};
        check("amelie", Title, "Amélie", "<mark>Amélie</mark>");
        check("amel", Title, "Amélie", "<mark>Amél</mark>ie");
        check("martix", Title, "The Matrix!", "The <mark>Matrix</mark>!");
        check("godf", Title, "The Godfather", "The <mark>Godf</mark>ather");
        check("ma", Title, "The Matrix", "The <mark>Ma</mark>trix");
        check("spiderman", Title, "Spider-Man", "<mark>Spider</mark>-<mark>Man</mark>");
        check("audrey", Cast, "Audrey Tautou", "<mark>Audrey</mark> Tautou");
        check("the matrix", Summary, "The Matrix of the", "The <mark>Matrix</mark> of the");
        check(
            "matrix",
            Title,
            "<b>Matrix</b> & \"co\"",
            "&lt;b&gt;<mark>Matrix</mark>&lt;/b&gt; &amp; &quot;co&quot;",
        );
        check("matrix", Title, "Nothing", "Nothing");
        // Vowel signs, a joined emoji behind a letter, a letter and its accent.
        check("दिलवाल", Title, "दिलवाले दुल्हनिया", "<mark>दिलवाले</mark> दुल्हनिया");
        check("दिलव", Title, "दिलवाले", "<mark>दिलवा</mark>ले");
        check("ame", Title, "Ame\u{301}lie", "<mark>Ame\u{301}</mark>lie");
        check("กำ", Title, "กำแพง", "<mark>กำ</mark>แพง");
        check("侠", Title, "蝙蝠侠", "蝙蝠<mark>侠</mark>");
        check("蝠侠", Title, "蝙蝠侠", "蝙<mark>蝠侠</mark>");
    }

    #[test]
    fn spans_count_as_javascript_does() {
        let highlight = highlight_text(SearchField::Title, "💥 Matrix", &typed("matrix"));
        assert_eq!(highlight.spans, [Span { start: 3, end: 9 }]);
    }

    #[test]
    fn a_long_summary_is_cut_to_its_best_part() {
        let summary =
            format!("{}A waitress in Paris. {}", "filler words here ".repeat(40), "and more ".repeat(60));
        let highlight = highlight_text(SearchField::Summary, &summary, &typed("waitress paris"));
        assert!(highlight.text.starts_with("… ") && highlight.text.ends_with(" …"), "{}", highlight.text);
        assert!(highlight.text.chars().count() <= WINDOW_CHARS + 4);
        assert_eq!(highlight.spans.len(), 2);
        assert!(html(&highlight).contains("<mark>waitress</mark> in <mark>Paris</mark>"));
    }

    #[test]
    fn reasons_tell_the_best_way() {
        let movie = Movie {
            id: MovieId::from_record("p", "1"),
            title: "The Matrix".into(),
            year: Year::try_from(1999).ok(),
            cast: Vec::new(),
            genres: Vec::new(),
            summary: None,
            url: None,
            poster: None,
            directors: Vec::new(),
            titles: Vec::new(),
            details: Details::default(),
            provenance: Provenance {
                provider: "p".into(),
                object: "o".into(),
                record: 1,
                generation: 1,
                original_genres: Vec::new(),
            },
        };
        let question = Question { text: "martix 1999".into(), ..Question::default() };
        let found = reasons(&movie, &compile(&question, &vocabulary()), 0);
        let kinds: Vec<(ReasonKind, &str)> = found.iter().map(|r| (r.kind, r.matched.as_str())).collect();
        assert_eq!(
            kinds,
            [(ReasonKind::Typo, "The Matrix"), (ReasonKind::Year, "1999"), (ReasonKind::Typo, "Matrix")]
        );
        assert_eq!(found[0].typed, "martix 1999");
    }

    proptest! {
        #[test]
        fn text_never_becomes_markup(text in "\\PC{0,80}|[<>&\"'a-c ]{0,40}", ask in "\\PC{0,20}|[a-c]{1,3}") {
            for field in [SearchField::Title, SearchField::Cast, SearchField::Summary] {
                let highlight = highlight_text(field, &text, &typed(&ask));
                let plain = html(&highlight).replace("<mark>", "").replace("</mark>", "");
                prop_assert!(!plain.contains(['<', '>', '"', '\'']));
                let units = highlight.text.encode_utf16().count() as u32;
                let mut done = 0;
                for span in &highlight.spans {
                    prop_assert!(done <= span.start && span.start < span.end && span.end <= units);
                    done = span.end;
                }
                // Between its marks a text is whole characters.
                let marked = html(&highlight).replace("</mark>", "<mark>");
                let apart: usize = marked.split("<mark>").map(|part| part.graphemes(true).count()).sum();
                let escaped = html(&Highlight { spans: Vec::new(), ..highlight.clone() });
                prop_assert_eq!(apart, escaped.graphemes(true).count());
            }
        }
    }

    #[test]
    fn suggestions_mark_what_was_typed() {
        let cases = [
            ("hitch", "Alfred Hitchcock", "Alfred <mark>Hitch</mark>cock"),
            ("alf hi", "Alfred Hitchcock", "<mark>Alf</mark>red <mark>Hi</mark>tchcock"),
            ("amel", "Amélie <3", "<mark>Amél</mark>ie &lt;3"),
            ("hithc", "Alfred Hitchcock", "Alfred <mark>Hitchcock</mark>"),
            ("198", "1980s", "<mark>198</mark>0s"),
            ("x", "Drama", "Drama"),
        ];
        for (typed, text, marked) in cases {
            assert_eq!(html(&highlight_suggestion(SearchField::Cast, text, typed)), marked, "{typed}");
        }
    }
}
