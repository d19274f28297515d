//! From a question and the catalogue's vocabulary to an engine-neutral [`Plan`].

use wikimovie_domain::{Filter, Question, RelaxedPart, Understanding, Warning};

use crate::{
    plan::{Clause, Drill, Plan},
    text::highlight::Typed,
    vocabulary::Vocabulary,
};

/// A question made ready for an engine.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What the engine is asked.
    pub plan: Plan,
    /// How the text was read, in its order.
    pub understood: Vec<Understanding>,
    /// What is odd about the question.
    pub warnings: Vec<Warning>,
    /// What highlights and reasons need to know of the text.
    pub typed: Typed,
}

/// Reads a question.
pub fn compile(_question: &Question, _vocabulary: &Vocabulary) -> Compiled {
    Compiled {
        plan: Plan { must: Clause::All, drill: Drill::default(), score: Vec::new() },
        understood: Vec::new(),
        warnings: Vec::new(),
        typed: Typed::default(),
    }
}

/// Reads a text still being typed, as the start of a title.
pub fn compile_prefix(_text: &str, filter: &Filter, vocabulary: &Vocabulary) -> Compiled {
    compile(&Question { filter: filter.clone(), ..Question::default() }, vocabulary)
}

/// The question with unknown words put right, where a close known word is clearly meant.
pub fn corrected(_question: &Question, _vocabulary: &Vocabulary) -> Option<Question> {
    None
}

/// The question with each of its words and each of its top-level filters dropped in turn.
pub fn relaxations(_question: &Question) -> Vec<(RelaxedPart, String, Question)> {
    Vec::new()
}
