//! Calls that end: each by a deadline of its own, and soon once the process stops.

use std::{error::Error, future::Future, time::Duration};

use aws_sdk_sqs::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use tokio::{runtime::Handle, sync::watch, time::Instant};

use crate::queue::RemoteError;

/// Time that a call has which begins when others already have to end: enough to give messages back.
const LAST_CALL: Duration = Duration::from_secs(2);

/// When calls under way have to end; nothing before the process stops.
pub(super) type CallsEnd = watch::Receiver<Option<Instant>>;

/// Makes calls from threads that may block.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    runtime: Handle,
    end: CallsEnd,
}

/// Why a call was not waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Cut {
    #[error("no response in time")]
    Late,
    #[error("no response before the process stopped")]
    Stopping,
}

impl Calls {
    pub(super) fn new(runtime: Handle, end: CallsEnd) -> Self {
        Self { runtime, end }
    }

    /// The same on another runtime.
    pub(super) fn on(&self, runtime: Handle) -> Self {
        Self { runtime, end: self.end.clone() }
    }

    /// Waits for something, no longer than it may take.
    pub(super) fn within<T>(&self, deadline: Duration, work: impl Future<Output = T>) -> Result<T, Cut> {
        self.runtime.block_on(within(deadline, self.end.clone(), work))
    }

    /// Waits for an answer, no longer than it may take.
    pub(super) fn wait<T, E, R>(
        &self,
        deadline: Duration,
        call: impl Future<Output = Result<T, SdkError<E, R>>>,
    ) -> Result<T, CallError>
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
        R: Status,
    {
        match self.within(deadline, call) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(CallError::new(&error)),
            Err(cut) => Err(CallError { status: 0, code: String::new(), message: cut.to_string() }),
        }
    }
}

async fn within<T>(deadline: Duration, mut end: CallsEnd, work: impl Future<Output = T>) -> Result<T, Cut> {
    let begun = Instant::now();
    let ended = async {
        let at = end.wait_for(Option::is_some).await.ok().and_then(|at| *at);
        match at {
            Some(at) => tokio::time::sleep_until(at.max(begun + LAST_CALL)).await,
            // Nobody can stop the process any more.
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        done = work => Ok(done),
        () = tokio::time::sleep(deadline) => Err(Cut::Late),
        () = ended => Err(Cut::Stopping),
    }
}

/// Why a call failed, in short.
#[derive(Debug)]
pub(super) struct CallError {
    /// Status of HTTP; 0 where there was no answer.
    pub(super) status: u16,
    code: String,
    message: String,
}

/// The status of an answer.
pub(super) trait Status: std::fmt::Debug {
    fn status(&self) -> u16;
}

impl Status for aws_sdk_sqs::config::http::HttpResponse {
    fn status(&self) -> u16 {
        Self::status(self).as_u16()
    }
}

impl CallError {
    pub(super) fn new<E, R>(error: &SdkError<E, R>) -> Self
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
        R: Status,
    {
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
        Self {
            status: error.raw_response().map_or(0, Status::status),
            code: code.to_owned(),
            message: DisplayErrorContext(error).to_string(),
        }
    }

    pub(super) fn is_missing(&self) -> bool {
        self.status == 404
            || self.code.contains("NonExistentQueue")
            || self.code.contains("QueueDoesNotExist")
    }
}

impl From<CallError> for RemoteError {
    fn from(error: CallError) -> Self {
        if error.is_missing() {
            Self::Missing(error.message)
        } else if matches!(error.status, 401 | 403) || error.code.contains("AccessDenied") {
            Self::Denied(error.message)
        } else {
            Self::Unavailable(error.message)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(30);

    /// A call that hangs, and how long it was waited for.
    async fn hang(end: CallsEnd) -> (Cut, Duration) {
        let begun = Instant::now();
        let cut = within(DEADLINE, end, pending::<()>()).await.unwrap_err();
        (cut, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_hangs_ends_by_its_deadline_or_soon_after_the_stop() {
        let seconds = Duration::from_secs;
        // When the process is told to stop, by when calls have to end, and when one ends that began at 0.
        let cases = [
            (None, seconds(0), (Cut::Late, DEADLINE)),
            (Some(seconds(3)), seconds(8), (Cut::Stopping, seconds(8))),
            (Some(seconds(0)), seconds(0), (Cut::Stopping, LAST_CALL)),
            (Some(seconds(29)), seconds(40), (Cut::Late, DEADLINE)),
        ];
        for (stop, by, expected) in cases {
            let (sender, end) = watch::channel(None);
            let begun = Instant::now();
            let told = async {
                if let Some(after) = stop {
                    tokio::time::sleep(after).await;
                    sender.send_replace(Some(begun + by));
                }
            };
            assert_eq!(tokio::join!(hang(end), told).0, expected, "stop after {stop:?}, end by {by:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_anybody_to_stop_it_a_call_has_its_deadline() {
        let (sender, end) = watch::channel(None);
        drop(sender);
        assert_eq!(hang(end).await, (Cut::Late, DEADLINE));
        let (_sender, end) = watch::channel(None);
        assert_eq!(within(DEADLINE, end, async { 7 }).await, Ok(7));
    }
}
