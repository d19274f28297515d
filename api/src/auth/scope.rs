//! What a caller may ask for.

use std::{fmt, str::FromStr};

/// One thing that a caller may be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthScope {
    /// To search: every field but those of the others.
    Search,
    /// To see what became of deliveries: receipts.
    Provider,
    /// To see how the engine goes about a question: `explain`.
    Operator,
}

impl AuthScope {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Search, Self::Provider, Self::Operator];

    /// Its name in tokens and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Provider => "provider",
            Self::Operator => "operator",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Search => 1,
            Self::Provider => 2,
            Self::Operator => 4,
        }
    }
}

/// A set of scopes. None includes another.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// Every scope.
    pub const ALL: Self = Self(7);
    /// No scope.
    pub const NONE: Self = Self(0);
    /// `search` alone.
    pub const SEARCH: Self = Self(1);

    /// Whether it holds a scope.
    pub fn has(self, scope: AuthScope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// With one more.
    #[must_use]
    pub fn with(self, scope: AuthScope) -> Self {
        Self(self.0 | scope.bit())
    }

    /// As a number.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Those of ours among what a claim lists; names of others mean nothing here.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let known = |name: &str| AuthScope::ALL.into_iter().find(|scope| scope.name() == name);
        names.into_iter().filter_map(known).fold(Self::NONE, Self::with)
    }
}

impl FromStr for Scopes {
    type Err = String;

    /// Comma-separated names of scopes; an empty text for none.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut scopes = Self::NONE;
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let scope = AuthScope::ALL.into_iter().find(|scope| scope.name() == name);
            let Some(scope) = scope else {
                return Err(format!("there is no scope {name:?}: search, provider, operator"));
            };
            scopes = scopes.with(scope);
        }
        Ok(scopes)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = AuthScope::ALL.into_iter().filter(|&scope| self.has(scope)).map(AuthScope::name);
        f.write_str(&names.collect::<Vec<_>>().join(","))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for text in ["", "search", "search,provider", "search,provider,operator"] {
            assert_eq!(text.parse::<Scopes>().unwrap().to_string(), text);
        }
        assert_eq!(" operator , search ".parse::<Scopes>().unwrap().to_string(), "search,operator");
        assert!("admin".parse::<Scopes>().is_err());
        assert_eq!(Scopes::named(["openid", "provider", "Search"]).to_string(), "provider");
    }
}
