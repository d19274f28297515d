//! Everyday words for what plots tell in other words: who types `nanny` may mean the housekeeper of a summary. They name
//! no movie and no catalogue; a word that the catalogue lacks is ignored.

use std::{collections::HashMap, sync::LazyLock};

use crate::inflections;

/// Words that are used for each other, folded and in the singular.
const SAME: &[&[&str]] = &[
    // People.
    &["boy", "kid", "child", "youngster", "youth"],
    &["teenager", "teen", "teenage", "adolescent"],
    &["mother", "mom", "mum"],
    &["father", "dad"],
    &["friend", "pal", "buddy"],
    &["cop", "police", "policeman", "detective", "officer"],
    &["crook", "criminal", "gangster", "outlaw"],
    &["gangster", "mobster", "mafia", "mob", "mafioso"],
    &["thief", "robber", "burglar"],
    &["killer", "murderer", "assassin", "hitman", "slayer"],
    &["lawyer", "attorney"],
    &["doctor", "physician", "surgeon"],
    &["psychiatrist", "therapist", "psychologist", "psychoanalyst", "shrink"],
    &["teacher", "professor", "instructor", "schoolteacher"],
    &["student", "pupil", "schoolboy", "schoolgirl"],
    &["nanny", "governess", "babysitter", "housekeeper"],
    &["maid", "servant", "housekeeper"],
    &["butler", "valet", "servant"],
    &["writer", "author", "novelist"],
    &["reporter", "journalist", "newspaperman"],
    &["soldier", "marine", "infantryman"],
    &["spy", "agent", "operative"],
    &["prostitute", "hooker", "courtesan", "escort"],
    &["singer", "vocalist"],
    &["dancer", "ballerina"],
    &["actor", "actress", "performer"],
    &["cook", "chef"],
    &["farmer", "rancher"],
    &["sailor", "seaman"],
    &["pilot", "aviator", "airman"],
    &["boss", "employer"],
    &["businessman", "tycoon", "executive", "entrepreneur"],
    &["priest", "clergyman", "minister", "pastor", "preacher"],
    &["convict", "prisoner", "inmate"],
    &["hostage", "captive", "prisoner"],
    &["tramp", "hobo", "drifter", "vagrant"],
    &["cowboy", "gunslinger", "gunfighter", "cowhand"],
    &["pirate", "buccaneer"],
    &["boxer", "prizefighter", "heavyweight", "pugilist"],
    &["boxing", "heavyweight", "prizefighter"],
    &["scientist", "physicist", "inventor", "researcher"],
    &["tourist", "traveler", "vacationer"],
    &["orphan", "foundling"],
    &["twin", "sibling"],
    // What is no person.
    &["alien", "extraterrestrial", "martian"],
    &["robot", "android", "cyborg"],
    &["ghost", "spirit", "apparition"],
    &["monster", "creature", "beast"],
    &["witch", "sorceress"],
    &["wizard", "sorcerer", "magician"],
    &["demon", "devil", "satan"],
    &["zombie", "undead"],
    &["vampire", "undead", "dracula"],
    &["ape", "gorilla", "chimpanzee"],
    &["rat", "rodent", "mouse"],
    &["dog", "puppy", "canine"],
    &["cat", "kitten", "feline"],
    &["horse", "stallion", "racehorse"],
    &["rabbit", "bunny"],
    &["insect", "bug"],
    // Places and things.
    &["prison", "jail", "penitentiary"],
    &["ship", "boat", "vessel", "liner"],
    &["boat", "yacht"],
    &["plane", "airplane", "aircraft", "airliner", "jet"],
    &["car", "automobile"],
    &["taxi", "cab"],
    &["train", "railroad", "railway", "locomotive"],
    &["spaceship", "spacecraft", "starship"],
    &["hotel", "inn", "motel", "resort"],
    &["apartment", "flat"],
    &["house", "mansion"],
    &["college", "university", "campus"],
    &["hospital", "asylum", "clinic"],
    &["forest", "woods", "woodland"],
    &["beach", "seaside", "shore"],
    &["shop", "store"],
    &["nightclub", "cabaret"],
    &["circus", "carnival"],
    &["court", "courtroom", "trial"],
    &["jury", "juror"],
    &["army", "military"],
    &["tv", "television"],
    &["drug", "narcotic"],
    &["pill", "drug"],
    &["axe", "ax", "hatchet"],
    &["gold", "treasure"],
    &["asteroid", "meteor", "comet"],
    &["storm", "hurricane", "tornado"],
    &["vacation", "holiday"],
    &["cult", "sect"],
    &["poker", "gambler", "gambling"],
    &["baseball", "pitcher"],
    &["football", "quarterback"],
    &["band", "musician"],
    &["heist", "robbery"],
    &["bomb", "explosive"],
    // How somebody or something is.
    &["crazy", "insane", "mad", "deranged"],
    &["rich", "wealthy", "millionaire"],
    &["poor", "penniless", "impoverished"],
    &["old", "elderly", "aging"],
    &["smart", "genius", "intelligent", "brilliant"],
    &["dead", "deceased"],
    &["famous", "celebrated"],
    &["scary", "frightening"],
    &["stuck", "trapped", "stranded"],
    &["immortal", "eternal"],
    &["future", "futuristic"],
    &["magic", "magical"],
    &["amnesia", "amnesiac", "memory"],
    &["autistic", "autism", "savant"],
    &["pregnant", "pregnancy"],
];

/// Verbs that are used for each other, without endings.
const ACTIONS: &[&[&str]] = &[
    &["kill", "murder", "slay"],
    &["steal", "rob"],
    &["kidnap", "abduct"],
    &["marry", "wed"],
    &["escape", "flee"],
    &["chase", "pursue", "hunt"],
    &["swap", "switch", "exchange"],
    &["dress", "disguise"],
    &["pretend", "pose", "impersonate"],
    &["hire", "employ"],
    &["explode", "explosion", "bomb"],
    &["scare", "frighten", "terrify"],
    &["bully", "harass", "torment"],
    &["shrink", "miniaturize"],
];

/// Words typed for what is told more closely, one way: a kid may be a girl, but a boy is none.
const NARROWER: &[(&str, &[&str])] = &[
    ("kid", &["girl", "son", "daughter"]),
    ("child", &["girl", "son", "daughter"]),
    ("spouse", &["husband", "wife"]),
    ("parent", &["father", "mother"]),
    ("sibling", &["brother", "sister"]),
    ("lover", &["boyfriend", "girlfriend"]),
    ("animal", &["dog", "horse", "lion", "elephant"]),
    ("island", &["castaway", "shipwrecked"]),
    ("indian", &["sioux", "lakota", "apache", "cheyenne", "comanche"]),
    ("restaurant", &["diner", "cafe", "bistro"]),
    ("rich", &["heiress", "tycoon"]),
    ("cannibal", &["cannibalistic"]),
    ("weatherman", &["meteorologist"]),
    ("plane", &["flight", "airport"]),
    ("skyscraper", &["tower"]),
    ("math", &["mathematics", "mathematician", "mathematical"]),
];

/// By each form of a word, the words that it is related to, in all their forms.
static RELATED: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut related: HashMap<String, Vec<String>> = HashMap::new();
    let rows = |rows: &'static [&'static [&'static str]], forms: fn(&str) -> Vec<String>| {
        rows.iter().flat_map(move |row| row.iter().map(move |&typed| (typed, *row, forms)))
    };
    let narrower = NARROWER.iter().map(|&(typed, meant)| (typed, meant, nouns as fn(&str) -> Vec<String>));
    for (typed, meant, forms) in rows(SAME, nouns).chain(rows(ACTIONS, verbs)).chain(narrower) {
        let meant: Vec<String> =
            meant.iter().filter(|&&word| word != typed).flat_map(|word| forms(word)).collect();
        for form in forms(typed) {
            related.entry(form).or_default().extend(meant.iter().cloned());
        }
    }
    for (form, meant) in &mut related {
        meant.sort_unstable();
        meant.dedup();
        meant.retain(|word| word != form);
    }
    related
});

fn nouns(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned(), format!("{word}s")];
    forms.extend(inflections::plurals(word));
    forms
}

fn verbs(word: &str) -> Vec<String> {
    let mut forms = nouns(word);
    forms.extend(inflections::verb_forms(word));
    forms
}

/// Words by which a plot may tell what the folded word means, in forms of which a catalogue may have some.
pub fn related(word: &str) -> &'static [String] {
    RELATED.get(word).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_related_in_every_form() {
        let is_related = |typed: &str, meant: &str| related(typed).iter().any(|word| word == meant);
        assert!(is_related("nannies", "housekeeper") && is_related("cops", "policeman"));
        assert!(is_related("kidnapped", "abducts"));
        assert!(is_related("kids", "girl") && !is_related("girl", "kid") && !is_related("boy", "girl"));
        assert!(related("matrix").is_empty());
    }

    #[test]
    fn words_are_folded_as_typed_words_are() {
        let words = SAME
            .iter()
            .chain(ACTIONS)
            .copied()
            .flatten()
            .chain(NARROWER.iter().flat_map(|(_, meant)| *meant));
        for word in words.chain(NARROWER.iter().map(|(typed, _)| typed)) {
            assert_eq!(crate::key(word), **word);
        }
    }
}
