//! Whether an answer can only change with the catalogue's revision, by what the operation asks at its root.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, FragmentDefinition, OperationType, Selection, SelectionSet},
};

/// Fields of `Query` that are functions of their arguments and the revision. Receipts, limits and the like are not.
const LASTING: &[&str] =
    &["__typename", "search", "autocomplete", "movie", "movies", "person", "costars", "node", "nodes"];

/// Whether all that the operation asks at its root is lasting. The document is within bounds and without cycles.
pub(crate) fn is_lasting(document: &ExecutableDocument, operation: Option<&str>) -> bool {
    let mut operations = document.operations.iter();
    let operation = match operation {
        Some(wanted) => operations.find(|(name, _)| name.is_some_and(|name| name == wanted)),
        None => operations.next(),
    };
    let Some((_, operation)) = operation else { return false };
    let mut walk = Walk { fragments: &document.fragments, seen: HashSet::new() };
    operation.node.ty == OperationType::Query && walk.is_lasting(&operation.node.selection_set.node)
}

struct Walk<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    seen: HashSet<&'a str>,
}

impl<'a> Walk<'a> {
    fn is_lasting(&mut self, set: &'a SelectionSet) -> bool {
        set.items.iter().all(|item| match &item.node {
            Selection::Field(field) => LASTING.contains(&field.node.name.node.as_str()),
            Selection::InlineFragment(inline) => self.is_lasting(&inline.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let name = spread.node.fragment_name.node.as_str();
                let fragment = self.fragments.get(name);
                // One looked at before was found to be lasting, else nobody would look on.
                !self.seen.insert(name)
                    || fragment.is_some_and(|fragment| self.is_lasting(&fragment.node.selection_set.node))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    #[test]
    fn one_field_that_changes_makes_the_whole_answer_change() {
        let cases = [
            ("{ search { total { value } } m: movie(id: 1) { id } __typename }", None, true),
            ("{ search { total { value } } rateLimit { cost } }", None, false),
            ("{ importReceipts { totalCount } }", None, false),
            ("{ ... { a: importReceipt(object: \"a\") { status } } }", None, false),
            ("{ ...f ...f } fragment f on Query { ...g } fragment g on Query { movie(id: 1) { id } }", None, true),
            ("{ ...f } fragment f on Query { ...g } fragment g on Query { rateLimit { cost } }", None, false),
            ("query A { movie(id: 1) { id } } query B { rateLimit { cost } }", Some("A"), true),
            ("query A { movie(id: 1) { id } } query B { rateLimit { cost } }", Some("B"), false),
            ("query A { movie(id: 1) { id } }", Some("C"), false),
            ("subscription { catalogChanged { movies } }", None, false),
            ("{ __schema { types { name } } }", None, false),
        ];
        for (document, operation, expected) in cases {
            assert_eq!(is_lasting(&parse_query(document).unwrap(), operation), expected, "{document}");
        }
    }
}
