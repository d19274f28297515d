//! Calls of the write side. A refresh, a count or a page of the ledger may take as long as a cluster under load needs for
//! it; so these calls have a deadline of their own in place of a question's, and what is slow is named in the log and in
//! the error.

use std::{pin::pin, time::Duration};

use futures::{FutureExt, StreamExt, future::FusedFuture, stream::FuturesUnordered};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, sleep, sleep_until};

use wikimovie_engine::writer::WriteError;

use crate::client::{Call, Client, ClientError, Reply};

/// Time that a call of the write side may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(120);

/// Time after which a call that has no answer is named in the log and sent once more, each time it has passed: an answer
/// that was lost with a connection never comes, and a cluster that was away is back long before the deadline.
const SLOW: Duration = Duration::from_secs(4);

/// Attempts of one call that are under way at a time, besides the first.
const MAX_RESENT: usize = 3;

/// Whether an attempt ends the call: one that was sent before or after may still get through where this one did not.
fn is_final(reply: &Result<Reply, ClientError>, is_last: bool) -> bool {
    is_last || !matches!(reply, Err(ClientError::Unavailable))
}

/// Status of a request that is too large for the cluster.
const TOO_LARGE: u16 = 413;

/// Waits before a refresh that the cluster did not do is asked for again.
const REFRESH_WAITS: [Duration; 5] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

impl Client {
    /// Makes a call of the write side; `operation` names it in the log and in the error, as in "refreshing the index".
    pub(crate) async fn request(&self, operation: &'static str, call: Call) -> Result<Reply, WriteError> {
        let after = call.deadline.unwrap_or(DEADLINE);
        // Calls with a deadline of their own are sent again by their callers.
        let is_resent = call.repeatable && call.deadline.is_none();
        let started = Instant::now();
        let attempt = || {
            let deadline = Some(after.saturating_sub(started.elapsed()));
            self.try_send(Call { deadline, ..call.clone() })
        };
        // The first attempt keeps all the time there is; the later ones take turns.
        let mut first = pin!(attempt().fuse());
        let mut resent = FuturesUnordered::new();
        let mut reminder = started + SLOW;
        let reply = loop {
            tokio::select! {
                biased;
                reply = &mut first => if is_final(&reply, resent.is_empty()) { break reply },
                Some(reply) = resent.next() => {
                    if is_final(&reply, first.is_terminated() && resent.is_empty()) {
                        break reply;
                    }
                }
                () = sleep_until(reminder) => {
                    reminder += SLOW;
                    let waited_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                    tracing::warn!(operation, wait.ms = waited_ms, "the search cluster is slow; waiting for it");
                    if is_resent {
                        if resent.len() >= MAX_RESENT {
                            resent.clear();
                        }
                        resent.push(attempt());
                    }
                }
            }
        };
        reply.map_err(|error| match error {
            ClientError::Unavailable => WriteError::Unavailable { operation },
            ClientError::Timeout => WriteError::Slow { operation, after },
            ClientError::Rejected { status: TOO_LARGE, .. } => WriteError::TooLarge,
            error @ (ClientError::Rejected { .. } | ClientError::Failed(_)) => {
                WriteError::Engine(format!("{operation}: {error}"))
            }
        })
    }

    /// Searches records or the ledger, whole: an answer of some shards only would be taken for all there is.
    pub(crate) async fn search_whole<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        index: &str,
        body: &impl Serialize,
    ) -> Result<T, WriteError> {
        let call = Call {
            query: vec![("allow_partial_search_results", "false".to_owned())],
            ..Call::post(["/", index, "/_search"].concat(), body)?
        };
        let reply = self.request(operation, call).await?;
        match reply.status {
            200 => Ok(reply.json()?),
            404 => Err(gone(index)),
            _ => Err(refused(operation, &reply)),
        }
    }

    /// Makes everything written to these indices visible.
    pub(crate) async fn refresh(&self, targets: &[String]) -> Result<(), WriteError> {
        const OPERATION: &str = "refreshing the index";
        let path = ["/", &targets.join(","), "/_refresh"].concat();
        let mut waits = REFRESH_WAITS.iter();
        loop {
            let call = Call { method: http::Method::POST, ..Call::get(path.clone()) };
            match (self.request(OPERATION, call).await, waits.next()) {
                (Err(WriteError::Unavailable { .. }), Some(&wait)) => {
                    tracing::warn!(operation = OPERATION, "the search cluster did not do it; trying again");
                    sleep(wait).await;
                }
                (Ok(reply), _) => {
                    return match reply.status {
                        200 => Ok(()),
                        404 => Err(gone(&targets.join(", "))),
                        _ => Err(refused(OPERATION, &reply)),
                    };
                }
                (Err(error), _) => return Err(error),
            }
        }
    }
}

/// An index or alias that is not there.
pub(crate) fn gone(name: &str) -> WriteError {
    WriteError::IndexChanged(format!("the index {name} is gone"))
}

/// A cluster that does not do what it was asked; `operation` names that. For the log.
pub(crate) fn refused(operation: &str, reply: &Reply) -> WriteError {
    const SHOWN_CHARS: usize = 500;
    let said: String = String::from_utf8_lossy(&reply.body).chars().take(SHOWN_CHARS).collect();
    WriteError::Engine(format!("{operation}: status {}, {said}", reply.status))
}
