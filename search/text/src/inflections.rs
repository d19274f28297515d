//! Other forms of an English word: plurals and possessives, and the forms of verbs. Candidates only: whoever asks keeps
//! those that the catalogue has.

/// Shortest word whose endings are changed.
const MIN_CHARS: usize = 4;

/// Plurals that no ending makes.
const IRREGULAR: &[(&str, &str)] = &[
    ("man", "men"),
    ("woman", "women"),
    ("child", "children"),
    ("person", "people"),
    ("mouse", "mice"),
    ("foot", "feet"),
    ("tooth", "teeth"),
    ("goose", "geese"),
];

/// Forms of verbs that no ending makes; the first of a row is the one of which others are made by endings.
const IRREGULAR_VERBS: &[&[&str]] = &[
    &["become", "became"],
    &["begin", "began", "begun"],
    &["bite", "bit", "bitten"],
    &["break", "broke", "broken"],
    &["bring", "brought"],
    &["build", "built"],
    &["buy", "bought"],
    &["catch", "caught"],
    &["choose", "chose", "chosen"],
    &["dream", "dreamt"],
    &["drink", "drank", "drunk"],
    &["drive", "drove", "driven"],
    &["fall", "fell", "fallen"],
    &["feed", "fed"],
    &["fight", "fought"],
    &["find", "found"],
    &["flee", "fled"],
    &["forget", "forgot", "forgotten"],
    &["freeze", "froze", "frozen"],
    &["give", "gave", "given"],
    &["grow", "grew", "grown"],
    &["hide", "hid", "hidden"],
    &["hold", "held"],
    &["keep", "kept"],
    &["know", "knew", "known"],
    &["leave", "left"],
    &["lose", "lost"],
    &["marry", "marriage"],
    &["meet", "met"],
    &["ride", "rode", "ridden"],
    &["seek", "sought"],
    &["sell", "sold"],
    &["send", "sent"],
    &["shoot", "shot"],
    &["shrink", "shrank", "shrunk"],
    &["sing", "sang", "sung"],
    &["sink", "sank", "sunk"],
    &["sleep", "slept"],
    &["speak", "spoke", "spoken"],
    &["spend", "spent"],
    &["steal", "stole", "stolen"],
    &["strike", "struck"],
    &["swim", "swam"],
    &["take", "took", "taken"],
    &["teach", "taught"],
    &["tell", "told"],
    &["think", "thought"],
    &["wake", "woke", "woken"],
    &["wear", "wore", "worn"],
    &["win", "won"],
    &["write", "wrote", "written"],
    // What ends otherwise and means the same to whoever describes a plot.
    &["die", "death", "dying"],
];

fn is_plain(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_lowercase())
}

/// The word with or without the ending of a plural or possessive.
pub fn plurals(word: &str) -> Vec<String> {
    if !is_plain(word) {
        return Vec::new();
    }
    let mut forms: Vec<String> = IRREGULAR
        .iter()
        .filter_map(|&(one, many)| (word == one).then_some(many).or_else(|| (word == many).then_some(one)))
        .map(str::to_owned)
        .collect();
    if word.chars().count() < MIN_CHARS {
        return forms;
    }
    forms.extend([format!("{word}s"), format!("{word}es")]);
    forms.extend(word.strip_suffix('s').map(str::to_owned));
    forms.extend(word.strip_suffix("es").map(str::to_owned));
    forms.extend(word.strip_suffix("ies").map(|stem| format!("{stem}y")));
    forms.extend(word.strip_suffix('y').map(|stem| format!("{stem}ies")));
    // `thief` and `thieves`, `wife` and `wives`.
    forms.extend(word.strip_suffix('f').map(|stem| format!("{stem}ves")));
    forms.extend(word.strip_suffix("fe").map(|stem| format!("{stem}ves")));
    for ending in ["f", "fe"] {
        forms.extend(word.strip_suffix("ves").map(|stem| format!("{stem}{ending}")));
    }
    distinct(forms, word)
}

/// The word in other forms of a verb, and who does it: `relive`, `relived`, `reliving`; `swap`, `swapped`; `box`, `boxer`.
pub fn verb_forms(word: &str) -> Vec<String> {
    let rows: Vec<_> = IRREGULAR_VERBS.iter().filter(|row| is_form_of(word, row)).collect();
    if (word.chars().count() < MIN_CHARS && rows.is_empty()) || !is_plain(word) {
        return Vec::new();
    }
    let mut stems = vec![word.to_owned()];
    let mut forms = Vec::new();
    for row in rows {
        stems.push(row[0].to_owned());
        forms.extend(row.iter().map(|&form| form.to_owned()));
    }
    for ending in ["ing", "ed", "es", "s", "d", "er", "ers"] {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() >= 3) {
            stems.push(stem.to_owned());
            stems.push(format!("{stem}e"));
            if let Some(single) = without_doubled_end(stem) {
                stems.push(single.to_owned());
            }
        }
    }
    stems.extend(word.strip_suffix("ied").map(|stem| format!("{stem}y")));
    stems.extend(word.strip_suffix("ies").map(|stem| format!("{stem}y")));
    for stem in &stems {
        forms.push(stem.clone());
        forms.extend(["s", "es", "ed", "ing", "er"].map(|ending| format!("{stem}{ending}")));
        if let Some(short) = stem.strip_suffix('e') {
            forms.extend([format!("{stem}d"), format!("{stem}r"), format!("{short}ing")]);
        }
        if let Some(short) = stem.strip_suffix('y') {
            forms.extend([format!("{short}ied"), format!("{short}ies")]);
        }
        if let Some(last) = stem.chars().last().filter(|last| !matches!(last, 'a' | 'e' | 'i' | 'o' | 'u')) {
            forms.extend(["ed", "ing", "er"].map(|ending| format!("{stem}{last}{ending}")));
        }
    }
    distinct(forms, word)
}

/// Whether the word is a form of an irregular verb: one of the row, or the first with an ending.
fn is_form_of(word: &str, row: &[&str]) -> bool {
    let verb = row[0];
    let ending =
        |stem: &str, endings: &[&str]| word.strip_prefix(stem).is_some_and(|end| endings.contains(&end));
    let short = verb.strip_suffix('e').is_some_and(|stem| ending(stem, &["ing"]));
    row.contains(&word) || short || ending(verb, &["s", "es", "ing"])
}

fn without_doubled_end(stem: &str) -> Option<&str> {
    let bytes = stem.as_bytes();
    let (last, before) = (bytes.last()?, bytes.get(bytes.len().checked_sub(2)?)?);
    (last == before).then(|| &stem[..stem.len() - 1])
}

/// Each once, without the word itself and without stems too short to mean it.
fn distinct(forms: Vec<String>, word: &str) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for form in forms {
        if form.len() > 2 && form != word && !kept.contains(&form) {
            kept.push(form);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_lead_to_each_other() {
        let verbs = [
            ("relive", "relives"),
            ("relives", "reliving"),
            ("relived", "relive"),
            ("swap", "swapped"),
            ("swapping", "swap"),
            ("swaps", "swapped"),
            ("discovers", "discovering"),
            ("marries", "married"),
            ("trapped", "trap"),
            ("killing", "kills"),
            ("boxing", "boxer"),
            ("hacks", "hacker"),
            ("drummer", "drumming"),
            ("fought", "fighting"),
            ("hiding", "hidden"),
            ("steals", "stolen"),
            ("dies", "death"),
        ];
        for (typed, meant) in verbs {
            assert!(verb_forms(typed).contains(&meant.to_owned()), "{typed}: {:?}", verb_forms(typed));
        }
        let plurals_of = [("thief", "thieves"), ("wives", "wife"), ("man", "men"), ("story", "stories")];
        for (typed, meant) in plurals_of {
            assert!(plurals(typed).contains(&meant.to_owned()), "{typed}: {:?}", plurals(typed));
        }
        assert!(verb_forms("2049").is_empty() && plurals("cat").is_empty());
    }
}
