//! Objects of which no field is selected.
//!
//! async-graphql answers null in place of an object of which nothing is selected, because all that is asked of it is asked
//! of other types or skipped (`... on MovieSuggestion { count }` of a person). Null says that there is no object; the
//! specification's answer is `{}`. So the document that is executed asks for one more field wherever every other one
//! depends on a condition; `normalize` takes that field out of the response, since the client selected none of its name.

use async_graphql::{
    Name, Positioned,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
        SelectionSet,
    },
};

/// The response key of the field that is asked in addition. Names with two underscores are the specification's own.
const PRESENT: &str = "__wikimovie_present";

/// The document, asking for something of every object.
pub(crate) fn mark_objects(mut document: ExecutableDocument) -> ExecutableDocument {
    let operations: Vec<&mut Positioned<OperationDefinition>> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for Positioned { node: operation, .. } in operations {
        mark_inside(&mut operation.selection_set.node);
        // A subscription has one root field, which is a stream.
        if operation.ty != OperationType::Subscription {
            mark(&mut operation.selection_set);
        }
    }
    for fragment in document.fragments.values_mut() {
        mark_inside(&mut fragment.node.selection_set.node);
    }
    document
}

/// Marks the objects of the fields in a selection; the object that it selects from is marked by whoever has its field.
fn mark_inside(set: &mut SelectionSet) {
    for item in &mut set.items {
        match &mut item.node {
            Selection::Field(field) => {
                mark_inside(&mut field.node.selection_set.node);
                mark(&mut field.node.selection_set);
            }
            Selection::InlineFragment(inline) => mark_inside(&mut inline.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn mark(set: &mut Positioned<SelectionSet>) {
    let is_certain = |item: &Positioned<Selection>| matches!(&item.node, Selection::Field(field) if field.node.directives.is_empty());
    // A field without a selection has no object.
    if set.node.items.is_empty() || set.node.items.iter().any(is_certain) {
        return;
    }
    let at = set.pos;
    let field = Field {
        alias: Some(Positioned::new(Name::new(PRESENT), at)),
        name: Positioned::new(Name::new("__typename"), at),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::new(SelectionSet::default(), at),
    };
    set.node.items.push(Positioned::new(Selection::Field(Positioned::new(field, at)), at));
}
