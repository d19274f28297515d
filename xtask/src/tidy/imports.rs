//! Guard: a library stays in the room that wraps it.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;

use super::{Violation, source::Target};

pub(crate) const GUARD: &str = "imports";

/// A crate or macro, and the folders or files of product code that may name it.
struct Confined {
    name: &'static str,
    /// Whether names that go on after it are meant, too (`aws_` for `aws_sdk_s3`).
    prefix: bool,
    rooms: &'static [&'static str],
}

const CONFINED: [Confined; 6] = [
    // Requests of a search cluster are typed; their JSON is made in one place.
    Confined { name: "json", prefix: false, rooms: &["search/elasticsearch-dsl/"] },
    Confined { name: "elasticsearch", prefix: false, rooms: &["search/elasticsearch-client/"] },
    // Keys of an identity provider come by plain HTTP.
    Confined { name: "reqwest", prefix: false, rooms: &["search/elasticsearch-client/", "api/src/auth/"] },
    Confined { name: "aws_", prefix: true, rooms: &["ingest/src/aws/", "search/elasticsearch-client/"] },
    Confined { name: "tantivy", prefix: false, rooms: &["search/embedded/"] },
    Confined {
        name: "clap",
        prefix: false,
        rooms: &["command/", "standalone/", "api/", "ingest/", "relevance/"],
    },
];

pub(crate) fn check(targets: &[Target]) -> Vec<Violation> {
    let mut found = BTreeSet::new();
    for module in targets.iter().flat_map(|target| &target.modules) {
        let file = module.file.display().to_string();
        let mut names = BTreeSet::new();
        for item in module.items.iter().filter(|item| !matches!(item, syn::Item::Mod(_))) {
            collect(item.to_token_stream(), &mut names);
        }
        for confined in &CONFINED {
            let named = names
                .iter()
                .any(|name| *name == confined.name || confined.prefix && name.starts_with(confined.name));
            if named && !confined.rooms.iter().any(|room| file.starts_with(room)) {
                found.insert((confined.name, file.clone(), confined.rooms.join(", ")));
            }
        }
    }
    found
        .into_iter()
        .map(|(name, file, rooms)| Violation {
            guard: GUARD,
            subject: format!("{file} {name}"),
            message: format!("only {rooms} may name it"),
        })
        .collect()
}

/// Adds each name before `::`, each name before `!`, and each name that `use` begins with.
fn collect(tokens: TokenStream, names: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let punct =
        |at: usize, c: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == c);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Ident(ident) => {
                // Within a path, only its first name is a crate.
                let begins = at < 2 || !(punct(at - 1, ':') && punct(at - 2, ':'));
                let path = punct(at + 1, ':') && punct(at + 2, ':');
                let call = punct(at + 1, '!') && !punct(at + 2, '=');
                if begins && path || call {
                    names.insert(ident.to_string());
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_library_outside_its_room_is_found() {
        let cases: [(&str, &str, &[&str]); 9] = [
            ("api/src/x.rs", "fn f() { json!({}) }", &["json"]),
            ("api/src/x.rs", "fn f() { g(vec![serde_json::json!(1)]) }", &["json"]),
            ("api/src/x.rs", "use elasticsearch::Elasticsearch;", &["elasticsearch"]),
            ("ingest/src/x.rs", "fn f(client: &aws_sdk_s3::Client) {}", &["aws_"]),
            ("search/plan/src/x.rs", "use tantivy::Index;", &["tantivy"]),
            ("api/src/x.rs", "use crate::elasticsearch::Names; fn json(a: u8) -> bool { a != 1 }", &[]),
            ("ingest/src/aws/x.rs", "use aws_sdk_s3::Client;", &[]),
            ("search/elasticsearch-dsl/src/x.rs", "fn f() { json!({}) }", &[]),
            ("api/src/x.rs", "#[cfg(test)] mod tests { fn f() { json!({}) } }", &[]),
        ];
        for (file, text, expected) in cases {
            let mut target = Target::of(&[("", text)]);
            target.modules[0].file = PathBuf::from(file);
            let found = check(&[target]);
            let names: Vec<&str> = found.iter().filter_map(|found| found.subject.split(' ').nth(1)).collect();
            assert_eq!(names, expected, "{text}");
        }
    }
}
