//! How good the first answers are: a golden list of questions with right answers, asked of whichever engine.
//!
//! [`golden`] reads the list, [`mod@ask`] asks it, [`score`] measures, [`history`] tells what moved since the last run,
//! [`command`] is all of it as a command of a program. How to write a list stands in `docs/relevance.md`.

pub mod ask;
pub mod command;
pub mod golden;
pub mod history;
pub mod score;

pub use ask::{Outcome, ask};
pub use golden::{Golden, GoldenError};
pub use score::{Floors, Report, Scores};
