//! Which doors are served beside GraphQL.

use std::{fmt, str::FromStr};

/// The doors that are served beside GraphQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServedDoors {
    /// REST at `/api`, and `/openapi.json`.
    pub rest: bool,
    /// Tools of agents at `/mcp`.
    pub mcp: bool,
    /// The reference at `/docs`, and `/llms.txt`.
    pub docs: bool,
}

impl ServedDoors {
    /// All of them.
    pub const ALL: Self = Self { rest: true, mcp: true, docs: true };
    /// None of them.
    pub const NONE: Self = Self { rest: false, mcp: false, docs: false };
}

impl Default for ServedDoors {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromStr for ServedDoors {
    type Err = String;

    /// Comma-separated names; `none` or an empty text for none.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut doors = Self::NONE;
        if text.trim() == "none" {
            return Ok(doors);
        }
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                "rest" => doors.rest = true,
                "mcp" => doors.mcp = true,
                "docs" => doors.docs = true,
                _ => return Err(format!("unknown door {name:?}: use rest, mcp or docs, or none alone")),
            }
        }
        Ok(doors)
    }
}

impl fmt::Display for ServedDoors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = [("rest", self.rest), ("mcp", self.mcp), ("docs", self.docs)];
        let names: Vec<_> = named.iter().filter(|(_, is_served)| *is_served).map(|(name, _)| *name).collect();
        f.write_str(if names.is_empty() { "none" } else { "" })?;
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for text in ["none", "rest", "mcp,docs", "rest,mcp,docs"] {
            assert_eq!(text.parse::<ServedDoors>().unwrap().to_string(), text);
        }
        assert_eq!("".parse::<ServedDoors>().unwrap(), ServedDoors::NONE);
        assert!("rest,none".parse::<ServedDoors>().is_err());
        assert!("graphql".parse::<ServedDoors>().is_err());
    }
}
