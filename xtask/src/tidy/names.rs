//! Guard: the name of a type stands for one thing.

use std::collections::BTreeMap;

use syn::Item;

use super::{Violation, source::Target};

pub(crate) const GUARD: &str = "names";

/// Most definitions of one type name in product code. The domain and the GraphQL schema may each have one of their own.
const MAX_DEFINITIONS: usize = 2;

/// Names that each binary has one of.
const ONE_A_BINARY: [&str; 2] = ["Cli", "Task"];

pub(crate) fn check(targets: &[Target]) -> Vec<Violation> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for module in targets.iter().flat_map(|target| &target.modules) {
        for name in module.items.iter().filter_map(type_name) {
            places.entry(name).or_default().push(module.file.display().to_string());
        }
    }
    let many = places
        .into_iter()
        .filter(|(name, files)| files.len() > MAX_DEFINITIONS && !ONE_A_BINARY.contains(&name.as_str()));
    many.map(|(subject, files)| Violation {
        guard: GUARD,
        subject,
        message: format!("{} types have this name: {}", files.len(), files.join(", ")),
    })
    .collect()
}

fn type_name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Enum(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_three_types_is_found() {
        let targets = |third: &str| {
            [Target::of(&[
                ("", "struct Told;"),
                ("a", "enum Told {}"),
                ("b", &format!("trait {third} {{}}")),
            ])]
        };
        assert_eq!(check(&targets("Other")), []);
        assert_eq!(
            check(&[Target::of(&[("", "struct Cli;"), ("a", "struct Cli;"), ("b", "struct Cli;")])]),
            []
        );
        let found = check(&targets("Told"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "Told");
        assert!(found[0].message.contains("src/lib.rs, src/a.rs, src/b.rs"), "{}", found[0].message);
    }
}
