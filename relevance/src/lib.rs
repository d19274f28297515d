//! Relevance: a golden list of questions with expected answers, run on any engine.
//!
//! [`golden`] reads the list, [`mod@ask`] runs it, [`score`] measures, [`history`] finds changes since the last run,
//! [`mod@typing`] types titles letter by letter, [`command`] is the command of the programs. `docs/relevance.md` explains
//! how to write a list.

pub mod ask;
pub mod command;
pub mod golden;
pub mod history;
pub mod score;
pub mod typing;

pub use ask::{GoldenOutcome, ask};
pub use golden::{Golden, GoldenError};
pub use score::{Floors, Report, Scores};
pub use typing::{TypedTitle, type_titles};
