//! Coverage of the schema: a case must use every argument, input field, enum value of an argument and output field that
//! is reachable from `Query`. There is no list of exceptions.

use std::collections::{BTreeSet, HashMap};

use async_graphql::{
    Name, Positioned, Value,
    parser::{
        parse_query,
        types::{
            ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
        },
    },
};

use crate::{
    schema::Schema,
    suite::{Step, Suite},
};

/// Elements that no case uses.
pub(crate) fn unused(suite: &Suite) -> Vec<String> {
    let schema = Schema::read();
    let mut used = BTreeSet::new();
    for step in suite.topics.iter().flat_map(|topic| &topic.cases).flat_map(|case| case.steps()) {
        // Some cases send invalid GraphQL.
        if let Ok(document) = parse_query(&step.query) {
            Walk { schema: &schema, step: &step, document: &document, used: &mut used }.operations();
        }
    }
    schema.reachable().difference(&used).cloned().collect()
}

struct Walk<'a> {
    schema: &'a Schema,
    step: &'a Step,
    document: &'a ExecutableDocument,
    used: &'a mut BTreeSet<String>,
}

impl Walk<'_> {
    fn operations(&mut self) {
        for (_, operation) in self.document.operations.iter() {
            let OperationDefinition { selection_set, .. } = &operation.node;
            self.selections("Query", &selection_set.node);
        }
    }

    fn selections(&mut self, on: &str, set: &SelectionSet) {
        let fragments: &HashMap<Name, Positioned<FragmentDefinition>> = &self.document.fragments;
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(on, &field.node),
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map_or(on, |c| c.node.on.node.as_str());
                    self.selections(on, &fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.selections(on, &fragment.node.selection_set.node);
                    }
                }
            }
        }
    }

    fn field(&mut self, on: &str, field: &Field) {
        let name = field.name.node.as_str();
        let Some(about) = self.schema.fields.get(on).and_then(|fields| fields.get(name)) else { return };
        self.used.insert(format!("{on}.{name}"));
        // A field of an interface counts for all its implementations.
        for object in self.schema.implementors.get(on).into_iter().flatten() {
            self.used.insert(format!("{object}.{name}"));
        }
        for (argument, value) in &field.arguments {
            // A variable that the case omits makes the whole argument an omitted one.
            let variable = |name: Name| {
                let given = self.step.variables.get(name.as_str()).cloned().ok_or(())?;
                Value::from_json(given).map_err(|_| ())
            };
            let value = value.node.clone().into_const_with(variable).ok().and_then(|v| v.into_json().ok());
            if let (Some(of), Some(value)) = (about.arguments.get(argument.node.as_str()), value) {
                self.used.insert(format!("{on}.{name}({})", argument.node));
                self.input(of, &value);
            }
        }
        self.selections(&about.of, &field.selection_set.node);
    }

    fn input(&mut self, input: &str, value: &serde_json::Value) {
        use serde_json::Value as Json;
        match value {
            Json::Array(items) => items.iter().for_each(|item| self.input(input, item)),
            Json::Object(fields) => {
                let Some(about) = self.schema.inputs.get(input) else { return };
                for (name, value) in fields {
                    if let Some(of) = about.get(name) {
                        self.used.insert(format!("{input}.{name}"));
                        self.input(of, value);
                    }
                }
            }
            Json::String(name) if self.schema.enums.contains_key(input) => {
                self.used.insert(format!("{input}.{name}"));
            }
            _ => {}
        }
    }
}
