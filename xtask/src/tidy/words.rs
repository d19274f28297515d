//! Guard: words that the glossary has retired are in no name, help text, error, log line or generated page.

use std::{fs, path::Path};

use anyhow::{Result, bail};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{
    Attribute, Field, ImplItemFn, Item, ItemEnum, ItemStruct, LitStr, TraitItemFn, Variant, Visibility,
    visit::{self, Visit},
};

use super::{
    Violation,
    source::{Module, Target, is_test},
};

pub(crate) const GUARD: &str = "words";

/// Pages made of the code's own texts.
const GENERATED: [&str; 4] = ["docs/configuration.md", "docs/metrics.md", "docs/errors.md", "schema.graphql"];

/// The page whose tables name the terms; words in backticks in the last column are retired.
const GLOSSARY: &str = "docs/glossary.md";

/// Names that keep a retired word.
const ALLOWED: [(&str, &str); 3] = [
    ("Held", "the status of a receipt, which the API names so"),
    ("held", "the same"),
    ("OddNumber", "a number that is odd"),
];

/// Retired words that are everyday English, too: they say nothing wrong in a sentence, only in a name.
const EVERYDAY: [&str; 14] = [
    "addressed",
    "forms",
    "gate",
    "gone",
    "held",
    "hold",
    "lane",
    "listing",
    "odd",
    "park",
    "prepared",
    "ran",
    "settle",
    "ways",
];

/// A word or phrase that is retired, and the term that stands for it.
#[derive(Debug, PartialEq)]
struct Retired {
    /// In lower case; a name in capitals is the name of a constant and no word.
    words: Vec<String>,
    term: String,
}

pub(crate) fn check(root: &Path, targets: &[Target]) -> Result<Vec<Violation>> {
    let retired = read_glossary(&fs::read_to_string(root.join(GLOSSARY))?)?;
    let mut violations = Vec::new();
    for module in targets.iter().flat_map(|target| &target.modules) {
        violations.extend(check_module(module, &retired));
    }
    for page in GENERATED {
        for (number, line) in fs::read_to_string(root.join(page))?.lines().enumerate() {
            let found = retired_in_text(&retired, line);
            violations.extend(
                found.into_iter().map(|retired| violation(page, retired, &format!("line {}", number + 1))),
            );
        }
    }
    Ok(violations)
}

/// Reads the rows of the glossary's tables.
fn read_glossary(page: &str) -> Result<Vec<Retired>> {
    let rows = page.lines().filter_map(|line| line.trim().strip_prefix('|')?.strip_suffix('|'));
    let mut retired = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [term, .., others] = &cells[..] else { continue };
        for phrase in others.split('`').skip(1).step_by(2) {
            let words = if is_constant(phrase) { vec![phrase.to_owned()] } else { text_words(phrase) };
            retired.push(Retired { words, term: (*term).to_owned() });
        }
    }
    if retired.is_empty() {
        bail!("{GLOSSARY} retires no word");
    }
    Ok(retired)
}

fn is_constant(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

fn violation(file: &str, retired: &Retired, place: &str) -> Violation {
    let message = format!("{place}: the glossary says \"{}\"", retired.term);
    Violation { guard: GUARD, subject: format!("{file} \"{}\"", retired.words.join(" ")), message }
}

fn check_module(module: &Module, retired: &[Retired]) -> Vec<Violation> {
    let mut reader = Reader::default();
    if let Some(name) = module.path.last() {
        reader.names.push(name.clone());
    }
    for item in &module.items {
        reader.visit_item(item);
    }
    let file = module.file.display().to_string();
    let mut violations = Vec::new();
    for name in reader.names.iter().filter(|name| !ALLOWED.iter().any(|(allowed, _)| name == allowed)) {
        let words = if is_constant(name) { vec![name.clone()] } else { Vec::new() };
        let parts = name_words(name);
        let found = [words, singular(&parts), parts].map(|words| retired_in(retired, &words)).concat();
        violations.extend(found.into_iter().map(|retired| violation(&file, retired, &format!("`{name}`"))));
    }
    for text in &reader.texts {
        // One or two words are data, such as a list of stop words.
        if text_words(text).len() > 2 {
            let found = retired_in_text(retired, text);
            violations
                .extend(found.into_iter().map(|retired| violation(&file, retired, &format!("{text:?}"))));
        }
    }
    violations.sort();
    violations.dedup();
    violations
}

/// What is retired and is a part of a sequence of words, unless it is so within the term itself: "normal forms".
fn retired_in<'a>(retired: &'a [Retired], words: &[String]) -> Vec<&'a Retired> {
    let has = |phrase: &[String]| {
        words
            .windows(phrase.len())
            .any(|window| window.iter().zip(phrase).all(|(word, wanted)| word == wanted))
    };
    let is_term = |retired: &Retired| {
        retired.term.split(", ").any(|term| {
            let term = text_words(term);
            term.len() > 1 && (has(&term) || has(&plural(&term)))
        })
    };
    retired.iter().filter(|retired| has(&retired.words) && !is_term(retired)).collect()
}

/// The same in a sentence, without what is inserted into it.
fn retired_in_text<'a>(retired: &'a [Retired], text: &str) -> Vec<&'a Retired> {
    let parts: Vec<&str> = text
        .split('{')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once('}').map_or("", |(_, rest)| rest) })
        .collect();
    let mut found = retired_in(retired, &text_words(&parts.join(" ")));
    found.retain(|retired| retired.words.len() > 1 || !EVERYDAY.contains(&retired.words[0].as_str()));
    found
}

/// A phrase whose last word has an `s`.
fn plural(words: &[String]) -> Vec<String> {
    let mut words = words.to_vec();
    if let Some(last) = words.last_mut() {
        last.push('s');
    }
    words
}

/// `bulkWriter`, `BulkWriter`, `BULK_WRITER` and `bulk_writer` are "bulk", "writer".
fn name_words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split('_') {
        let mut word = String::new();
        let mut before = ' ';
        for c in part.chars() {
            if c.is_uppercase() && before.is_lowercase() {
                words.push(std::mem::take(&mut word));
            }
            word.extend(c.to_lowercase());
            before = c;
        }
        words.push(word);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The words of a name in the singular, as far as an `s` makes the difference.
fn singular(words: &[String]) -> Vec<String> {
    words.iter().map(|word| word.strip_suffix('s').unwrap_or(word).to_owned()).collect()
}

fn text_words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '_');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Collects names and texts of a module.
#[derive(Default)]
struct Reader {
    names: Vec<String>,
    texts: Vec<String>,
}

impl Reader {
    fn read_texts(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.read_texts(group.stream()),
                TokenTree::Literal(literal) => {
                    let text = syn::parse_str::<LitStr>(&literal.to_string());
                    self.texts.extend(text.ok().map(|text| text.value()));
                }
                _ => {}
            }
        }
    }

    /// Doc comments of what clap, serde or GraphQL shows to a user.
    fn read_help(&mut self, attributes: &[Attribute]) {
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
            self.read_texts(attribute.meta.to_token_stream());
        }
    }
}

/// Derives whose doc comments are shown.
fn is_shown(attributes: &[Attribute]) -> bool {
    let shown = ["Args", "Parser", "Subcommand", "ValueEnum", "SimpleObject", "InputObject", "Enum"];
    attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|derive| {
        let names = derive.meta.to_token_stream().to_string();
        names.split(|c: char| !c.is_alphanumeric()).any(|name| shown.contains(&name))
    })
}

fn is_public(visibility: &Visibility) -> bool {
    !matches!(visibility, Visibility::Inherited)
}

impl Visit<'_> for Reader {
    fn visit_item(&mut self, item: &Item) {
        if is_test(super::source::attributes(item)) {
            return;
        }
        match item {
            // Modules are read by themselves.
            Item::Mod(_) | Item::Use(_) => return,
            Item::Const(item) if is_public(&item.vis) => self.names.push(item.ident.to_string()),
            Item::Fn(item) if is_public(&item.vis) => self.names.push(item.sig.ident.to_string()),
            Item::Static(item) if is_public(&item.vis) => self.names.push(item.ident.to_string()),
            // Names of types are read all over a crate, public or not.
            Item::Trait(item) => self.names.push(item.ident.to_string()),
            Item::Type(item) => self.names.push(item.ident.to_string()),
            Item::Macro(item) => self.read_texts(item.mac.tokens.clone()),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_struct(&mut self, item: &ItemStruct) {
        self.names.push(item.ident.to_string());
        if is_shown(&item.attrs) {
            self.read_help(&item.attrs);
            item.fields.iter().for_each(|field| self.read_help(&field.attrs));
        }
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &ItemEnum) {
        self.names.push(item.ident.to_string());
        if is_shown(&item.attrs) {
            self.read_help(&item.attrs);
            for variant in &item.variants {
                self.read_help(&variant.attrs);
                variant.fields.iter().for_each(|field| self.read_help(&field.attrs));
            }
        }
        visit::visit_item_enum(self, item);
    }

    fn visit_field(&mut self, field: &Field) {
        if is_public(&field.vis) {
            self.names.extend(field.ident.as_ref().map(ToString::to_string));
        }
        visit::visit_field(self, field);
    }

    fn visit_variant(&mut self, variant: &Variant) {
        self.names.push(variant.ident.to_string());
        visit::visit_variant(self, variant);
    }

    fn visit_trait_item_fn(&mut self, function: &TraitItemFn) {
        self.names.push(function.sig.ident.to_string());
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &ImplItemFn) {
        if is_test(&function.attrs) {
            return;
        }
        if is_public(&function.vis) {
            self.names.push(function.sig.ident.to_string());
        }
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_lit_str(&mut self, text: &LitStr) {
        self.texts.push(text.value());
    }

    fn visit_macro(&mut self, call: &syn::Macro) {
        self.read_texts(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.read_texts(list.tokens.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "
| term | what it is here | not |
| --- | --- | --- |
| comma-separated | how lists are written | `parted by commas` |
| report | in its own sense | `told`, `tell`, say |
| ejected | a failing node | `set aside` |
| caller | who asks | `visitor` |
| release, retry | a message | `put back`, `is away` |
| batch | of requests | `rounds`, `unsure` |
| poll interval | time between two checks | `LOOK` |
| normal form, folding | lower case | `forms` |
| unexpected response | one that is none | `odd` |
";

    fn phrases(text: &str) -> Vec<String> {
        let target = Target::of(&[("", text)]);
        let found = check_module(&target.modules[0], &read_glossary(PAGE).expect("a glossary"));
        found.into_iter().filter_map(|found| Some(found.subject.split('"').nth(1)?.to_owned())).collect()
    }

    #[test]
    fn backticks_of_the_last_column_are_retired() {
        let retired = read_glossary(PAGE).expect("a glossary");
        let first = Retired {
            words: vec!["parted".into(), "by".into(), "commas".into()],
            term: "comma-separated".into(),
        };
        assert_eq!(retired[0], first);
        assert_eq!(retired.len(), 12);
        assert!(read_glossary("a page without tables").is_err());
    }

    #[test]
    fn retired_words_are_found_where_readers_meet_them() {
        let cases: [(&str, &[&str]); 20] = [
            ("struct ToldSetting;", &["told"]),
            ("pub fn tell_headers() {}", &["tell"]),
            ("pub struct Visitors;", &["visitor"]),
            ("impl A { pub(crate) fn put_back(&self) {} }", &["put back"]),
            ("pub struct A { pub visitor: u8 }", &["visitor"]),
            ("enum A { Unsure }", &["unsure"]),
            ("trait A { fn rounds(&self); }", &["rounds"]),
            ("pub const LOOK: u8 = 1; pub const LOOK_UP: u8 = 1; pub fn look() {}", &["LOOK"]),
            ("fn f() { fail(\"addresses, parted by commas\") }", &["parted by commas"]),
            ("fn f() { warn!(node = 1, \"a node is set aside for now\") }", &["set aside"]),
            ("#[derive(thiserror::Error)] enum E { #[error(\"the engine is away now\")] A }", &["is away"]),
            ("#[derive(clap::Args)] struct A { /// Told once a minute.\n every: u8 }", &["told"]),
            ("pub fn odd_answer() {} pub fn title_forms() {}", &["forms", "odd"]),
            ("pub fn normal_forms() {} struct NormalForm; enum Kind { OddNumber }", &[]),
            ("fn f() { fail(\"{told} is an odd number of forms\") }", &[]),
            ("fn f() { fail(\"an operation was told {odd} times\") }", &["told"]),
            // What only the code's own readers meet, data, tests, and words that hold a retired one.
            ("/// Told once a minute.\nstruct A { told: u8 }", &[]),
            ("const STOP: [&str; 2] = [\"told\", \"set aside\"];", &[]),
            ("#[cfg(test)] mod tests { pub fn tell() { fail(\"it is set aside again\") } }", &[]),
            ("pub fn intelligible(planet: u8) { fail(\"a parking lot for storytellers\") }", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(phrases(text), expected, "{text}");
        }
    }
}
