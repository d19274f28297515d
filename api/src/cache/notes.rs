//! What became of the questions of one operation: whether they were remembered, how old they are, and whether the answer
//! to the whole operation may be kept.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

tokio::task_local! {
    static NOTES: Arc<Notes>;
}

/// Notes of one operation.
#[derive(Debug, Default)]
pub(crate) struct Notes(Mutex<Outcome>);

/// What they come to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    /// Whether the engine was asked.
    pub(crate) asked: bool,
    /// Whether an answer was remembered, or shared with an equal question.
    pub(crate) remembered: bool,
    /// The oldest answer that may no longer be true: its age, and why it was given out.
    pub(crate) stale: Option<(Duration, Staleness)>,
    /// Whether something was told that may change within a revision, or is told of a part only.
    changing: bool,
    /// The revision of all answers so far.
    revision: Option<u64>,
}

/// Why an answer was given out that may no longer be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Staleness {
    /// The catalogue changed; the question is being asked anew.
    Revalidating,
    /// The engine cannot be reached.
    EngineUnavailable,
}

impl Staleness {
    /// As answers tell it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Revalidating => "REVALIDATING",
            Self::EngineUnavailable => "ENGINE_UNAVAILABLE",
        }
    }
}

impl Outcome {
    /// The revision of which the whole answer is true, where it is of one, and changes with it only.
    pub(crate) fn whole_of(&self) -> Option<u64> {
        if self.changing || self.stale.is_some() { None } else { self.revision }
    }
}

impl Notes {
    /// Runs an operation whose questions are noted here.
    pub(crate) async fn scope<F: Future>(self: &Arc<Self>, operation: F) -> F::Output {
        NOTES.scope(Arc::clone(self), operation).await
    }

    /// What the notes come to.
    pub(crate) fn outcome(&self) -> Outcome {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Outcome> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn note(change: impl FnOnce(&mut Outcome)) {
    // Questions outside of an operation, such as those of probes, are noted nowhere.
    let _ = NOTES.try_with(|notes| change(&mut notes.lock()));
}

/// An answer of this revision, remembered or not.
pub(super) fn answered(revision: u64, remembered: bool) {
    note(|outcome| {
        outcome.asked |= !remembered;
        outcome.remembered |= remembered;
        outcome.changing |= outcome.revision.is_some_and(|other| other != revision);
        outcome.revision = Some(revision);
    });
}

/// An answer that may no longer be true.
pub(super) fn stale(age: Duration, why: Staleness) {
    note(|outcome| {
        outcome.remembered = true;
        let older = outcome.stale.is_none_or(|(known, _)| known < age);
        if older {
            outcome.stale = Some((age, why));
        }
    });
}

/// An answer, or none, that says nothing of what the next one will be.
pub(super) fn changing() {
    note(|outcome| {
        outcome.asked = true;
        outcome.changing = true;
    });
}
