//! Limits of one operation. `docs/limits.md` explains what each limit counts and why it has its value; a test compares
//! the numbers.

use crate::error::{ApiError, ErrorCode};

/// Configurable limits of one operation. Those that protect the process (size, tokens, nesting, fields with fragments
/// expanded) are constants of [`crate::guard::bounds`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum depth of fields. The introspection query of GraphiQL has 15.
    pub depth: usize,
    /// Maximum depth of nested fragment spreads.
    pub fragment_depth: u64,
    /// Maximum cost of an operation, in points.
    pub cost: usize,
    /// Maximum number of aliases, with fragments expanded.
    pub aliases: u64,
    /// Maximum number of root fields, with fragments expanded.
    pub root_fields: u64,
    /// Maximum number of directives, with fragments expanded.
    pub directives: u64,
    /// Whether an operation that exceeds these is refused or only counted.
    pub mode: LimitMode,
}

/// What happens to an operation that exceeds a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LimitMode {
    /// Refuse it.
    #[default]
    Enforce,
    /// Execute it, and count it in log and metrics: for finding the right numbers.
    Warn,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 20,
            fragment_depth: 12,
            cost: 5_000,
            aliases: 100,
            root_fields: 50,
            directives: 100,
            mode: LimitMode::Enforce,
        }
    }
}

/// Measured size of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Deepest field.
    pub depth: usize,
    /// Longest chain of fragments.
    pub fragment_depth: u64,
    /// Points.
    pub cost: usize,
    /// Aliases.
    pub aliases: u64,
    /// Fields at the root.
    pub root_fields: u64,
    /// Directives.
    pub directives: u64,
}

impl Limits {
    /// Refuses a document that is beyond a limit whatever it costs: before it is validated and priced, which take longer.
    /// In [`LimitMode::Warn`] nothing is refused, and [`Limits::check`] counts what is beyond.
    ///
    /// # Errors
    /// As [`Limits::check`].
    pub fn check_document(&self, measure: &Measure) -> Result<(), ApiError> {
        match self.mode {
            LimitMode::Enforce => self.check(&Measure { cost: 0, ..*measure }),
            LimitMode::Warn => Ok(()),
        }
    }

    /// Checks an operation against the limits.
    ///
    /// # Errors
    /// `QUERY_TOO_COMPLEX`, naming the first limit that it exceeds; never in [`LimitMode::Warn`].
    pub fn check(&self, measure: &Measure) -> Result<(), ApiError> {
        let number = |count: usize| count as u64;
        let rows = [
            ("depth", "is {} levels deep", number(measure.depth), number(self.depth)),
            ("fragment_depth", "nests {} fragment spreads", measure.fragment_depth, self.fragment_depth),
            ("cost", "costs {} points", number(measure.cost), number(self.cost)),
            ("aliases", "has {} aliases", measure.aliases, self.aliases),
            ("root_fields", "has {} root fields", measure.root_fields, self.root_fields),
            ("directives", "has {} directives", measure.directives, self.directives),
        ];
        for (limit, excess, count, most) in rows {
            if count <= most {
                continue;
            }
            metrics::counter!("wikimovie_operations_beyond_limit_total", "limit" => limit).increment(1);
            if self.mode == LimitMode::Enforce {
                let excess = excess.replace("{}", &count.to_string());
                let message = format!("the operation {excess}, more than the limit of {most}");
                return Err(ApiError::new(ErrorCode::QueryTooComplex, message));
            }
            tracing::warn!(
                limit,
                count,
                most,
                "an operation exceeds a limit; it is executed because WIKIMOVIE_LIMITS is warn"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_is_named_and_in_warn_mode_let_through() {
        let limits = Limits::default();
        let at = Measure {
            depth: 20,
            fragment_depth: 12,
            cost: 5_000,
            aliases: 100,
            root_fields: 50,
            directives: 100,
        };
        assert_eq!(limits.check(&at), Ok(()));
        for (measure, message) in [
            (Measure { depth: 21, ..at }, "the operation is 21 levels deep, more than the limit of 20"),
            (
                Measure { fragment_depth: 13, ..at },
                "the operation nests 13 fragment spreads, more than the limit of 12",
            ),
            (Measure { cost: 5_001, ..at }, "the operation costs 5001 points, more than the limit of 5000"),
            (Measure { aliases: 101, ..at }, "the operation has 101 aliases, more than the limit of 100"),
            (
                Measure { root_fields: 51, ..at },
                "the operation has 51 root fields, more than the limit of 50",
            ),
            (
                Measure { directives: 101, ..at },
                "the operation has 101 directives, more than the limit of 100",
            ),
        ] {
            assert_eq!(limits.check(&measure).unwrap_err().message(), message);
            assert_eq!(Limits { mode: LimitMode::Warn, ..limits }.check(&measure), Ok(()));
        }
    }
}
