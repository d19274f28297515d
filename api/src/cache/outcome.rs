//! What the cache did for the questions of one operation: whether they were remembered, how old their answers are, and
//! whether the response to the whole operation may be cached.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What the cache did for one operation so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CacheOutcome {
    /// Whether the engine was asked.
    pub(crate) asked: bool,
    /// Whether an answer was remembered, or shared with an equal question.
    pub(crate) remembered: bool,
    /// The oldest answer that may no longer be true: its age, and why it is served.
    pub(crate) stale: Option<(Duration, Staleness)>,
    /// Whether an answer may change within a revision, or is of a part of the catalogue only.
    volatile: bool,
    /// The revision of all answers so far.
    revision: Option<u64>,
}

/// Why an answer is served that may no longer be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Staleness {
    /// The catalogue has changed, and the question is asked again in the background.
    Revalidating,
    /// The engine cannot be reached.
    EngineUnavailable,
}

impl Staleness {
    /// Its name in responses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Revalidating => "REVALIDATING",
            Self::EngineUnavailable => "ENGINE_UNAVAILABLE",
        }
    }
}

impl CacheOutcome {
    /// The revision of which the whole response is true; `None` where it is of several, or may change within one.
    pub(crate) fn revision(&self) -> Option<u64> {
        if self.volatile || self.stale.is_some() { None } else { self.revision }
    }
}

/// Records the cache outcome of one operation, whose questions run at the same time. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct OutcomeRecorder(Arc<Mutex<CacheOutcome>>);

impl OutcomeRecorder {
    /// The outcome so far.
    pub(crate) fn outcome(&self) -> CacheOutcome {
        *self.lock()
    }

    /// Records an answer of this revision, remembered or not.
    pub(super) fn answered(&self, revision: u64, remembered: bool) {
        let mut outcome = self.lock();
        outcome.asked |= !remembered;
        outcome.remembered |= remembered;
        outcome.volatile |= outcome.revision.is_some_and(|other| other != revision);
        outcome.revision = Some(revision);
    }

    /// Records an answer that may no longer be true.
    pub(super) fn stale(&self, age: Duration, why: Staleness) {
        let mut outcome = self.lock();
        outcome.remembered = true;
        if outcome.stale.is_none_or(|(known, _)| known < age) {
            outcome.stale = Some((age, why));
        }
    }

    /// Records an answer, or none, that says nothing of what the next one will be.
    pub(super) fn volatile(&self) {
        let mut outcome = self.lock();
        outcome.asked = true;
        outcome.volatile = true;
    }

    fn lock(&self) -> MutexGuard<'_, CacheOutcome> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_of_one_revision_where_all_its_answers_are() {
        type Record = fn(&OutcomeRecorder);
        let cases: [(&str, &[Record], Option<u64>); 6] = [
            ("nothing asked", &[], None),
            ("one revision", &[|of| of.answered(7, false), |of| of.answered(7, true)], Some(7)),
            ("two revisions", &[|of| of.answered(7, false), |of| of.answered(8, false)], None),
            (
                "two and back",
                &[|of| of.answered(7, true), |of| of.answered(8, true), |of| of.answered(7, true)],
                None,
            ),
            ("one volatile", &[|of| of.answered(7, false), OutcomeRecorder::volatile], None),
            (
                "one stale",
                &[|of| of.answered(7, false), |of| of.stale(Duration::ZERO, Staleness::Revalidating)],
                None,
            ),
        ];
        for (name, records, revision) in cases {
            let recorder = OutcomeRecorder::default();
            for record in records {
                record(&recorder.clone());
            }
            assert_eq!(recorder.outcome().revision(), revision, "{name}");
        }
    }

    #[test]
    fn the_oldest_stale_answer_counts() {
        let recorder = OutcomeRecorder::default();
        for (seconds, why) in
            [(2, Staleness::Revalidating), (9, Staleness::EngineUnavailable), (5, Staleness::Revalidating)]
        {
            recorder.stale(Duration::from_secs(seconds), why);
        }
        let oldest = (Duration::from_secs(9), Staleness::EngineUnavailable);
        assert_eq!(recorder.outcome().stale, Some(oldest));
    }
}
