//! Arguments of a field, read in place: a variable may hold a hundred thousand ids, and a fragment may use it a thousand
//! times.

use async_graphql::{Name, Positioned, Value, Variables, parser::types::VariableDefinition};
use async_graphql_value::Value as Literal;

/// Arguments of a field as the document gives them.
pub(super) type Arguments = [(Positioned<Name>, Positioned<Literal>)];

/// Values of variables: those given, else the defaults of their definitions.
pub(crate) struct VariableValues<'a> {
    pub(crate) definitions: &'a [Positioned<VariableDefinition>],
    pub(crate) given: &'a Variables,
}

/// A value of an argument or in one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given<'a> {
    /// As the document writes it; it may hold variables.
    Literal(&'a Literal),
    /// As a variable has it.
    Value(&'a Value),
}

impl VariableValues<'_> {
    /// The value of a literal with its variables put in place.
    ///
    /// # Errors
    /// The sentence of the GraphQL library about a variable without a value.
    pub(crate) fn resolve(&self, literal: &Literal) -> Result<Value, String> {
        let defined = |name: Name| self.variable(&name).map(|value| value.cloned().unwrap_or_default());
        literal.clone().into_const_with(defined)
    }

    /// An argument that is an integer; `None` where it is absent, null, or none at all, which validation refuses.
    ///
    /// # Errors
    /// As [`Self::resolve`], and for a variable beyond the range of an `Int`, which the library lets through (GraphQL
    /// specification, 3.5.1 "Int").
    pub(super) fn integer(&self, arguments: &Arguments, name: &str) -> Result<Option<i64>, String> {
        match self.argument(arguments, name)? {
            Some(Given::Literal(Literal::Number(number))) => Ok(number.as_i64()),
            Some(Given::Value(Value::Number(number))) => match number.as_i64() {
                Some(integer) if i32::try_from(integer).is_err() => Err(format!(
                    "Invalid value for argument \"{name}\": {integer} is beyond the range of \"Int\""
                )),
                integer => Ok(integer),
            },
            _ => Ok(None),
        }
    }

    /// The number of items of a list; a value that is none is one item.
    pub(super) fn length(&self, arguments: &Arguments, name: &str) -> Result<u64, String> {
        Ok(match self.argument(arguments, name)? {
            Some(Given::Literal(Literal::List(items))) => items.len() as u64,
            Some(Given::Value(Value::List(items))) => items.len() as u64,
            Some(_) => 1,
            None => 0,
        })
    }

    /// An argument; `None` where it is absent or null.
    pub(super) fn argument<'b>(
        &'b self,
        arguments: &'b Arguments,
        name: &str,
    ) -> Result<Option<Given<'b>>, String> {
        let Some((_, literal)) = arguments.iter().find(|(known, _)| known.node == name) else {
            return Ok(None);
        };
        let given = self.given(Given::Literal(&literal.node))?;
        Ok(given.filter(|given| !matches!(given, Given::Literal(Literal::Null) | Given::Value(Value::Null))))
    }

    /// The value itself, where it is a variable; `None` for one that need not be given and is not.
    pub(super) fn given<'b>(&'b self, value: Given<'b>) -> Result<Option<Given<'b>>, String> {
        match value {
            Given::Literal(Literal::Variable(name)) => Ok(self.variable(name)?.map(Given::Value)),
            value => Ok(Some(value)),
        }
    }

    fn variable(&self, name: &str) -> Result<Option<&Value>, String> {
        let undefined = || format!("Variable {name} is not defined.");
        let definition = self.definitions.iter().find(|definition| definition.node.name.node == name);
        let definition = &definition.ok_or_else(undefined)?.node;
        match self.given.get(name).or_else(|| definition.default_value()) {
            None if !definition.var_type.node.nullable => Err(undefined()),
            value => Ok(value),
        }
    }
}

/// Whether a literal holds a variable.
pub(crate) fn has_variable(literal: &Literal) -> bool {
    match literal {
        Literal::Variable(_) => true,
        Literal::List(items) => items.iter().any(has_variable),
        Literal::Object(fields) => fields.values().any(has_variable),
        _ => false,
    }
}
