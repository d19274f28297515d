//! One call as several attempts within its deadline; the first answer wins.
//!
//! A call that only reads is hedged: once an eighth of its time has passed, it is sent to a second node too, and the
//! first may still answer. A call that writes and is repeatable waits half of its time before that. A call that is not
//! repeatable is sent again only where no node can have received it. With one live node an attempt may take all the
//! time there is.

use std::{pin::pin, time::Duration};

use crate::error::ClientError;
use futures::{StreamExt, stream::FuturesUnordered};
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    attempt::{AttemptOutcome, attempt},
    call::Reply,
    nodes::Nodes,
    request::PreparedRequest,
};

/// Share of a call's time after which it is hedged.
const HEDGE_AFTER: f64 = 0.125;

/// Share of a call's time after which a node that has not answered counts as slow, and another is tried.
const SLOW_AFTER: f64 = 0.5;

/// Shortest delay before the only node is tried again; at most twice as long.
const RETRY_DELAY: Duration = Duration::from_millis(50);

/// What happens when no node has answered for a while.
#[derive(Clone, Copy, Debug)]
enum Alarm {
    Hedge,
    Slow,
    Deadline,
}

pub(super) async fn run(
    nodes: &Nodes,
    request: &PreparedRequest,
    time: Duration,
    deadline: Instant,
) -> Result<Reply, ClientError> {
    let Some(first) = nodes.pick(&[]) else {
        nodes.resume_probing();
        return Err(ClientError::Unavailable);
    };
    nodes.earn_hedge();
    let started = deadline - time;
    // Nodes tried, and of them those that have not answered yet, in the order in which they were tried.
    let (mut tried, mut pending) = (vec![first], vec![first]);
    let ask = |at| async move { (at, attempt(nodes.get(at), request).await) };
    let mut attempts = FuturesUnordered::new();
    attempts.push(ask(first));
    let mut retried = false;
    let (mut alarm, at) = next_alarm(None, request, started, time);
    let mut timer = pin!(sleep_until(at));
    loop {
        let completed = tokio::select! {
            biased;
            Some(completed) = attempts.next() => Some(completed),
            () = &mut timer => None,
        };
        let Some((at, outcome)) = completed else {
            if let Alarm::Deadline = alarm {
                pending.iter().for_each(|&at| nodes.slow(at));
                return Err(ClientError::Timeout);
            }
            if let Some(other) = next_node(nodes, alarm, &pending, &tried) {
                tried.push(other);
                pending.push(other);
                attempts.push(ask(other));
            }
            let next = next_alarm(Some(alarm), request, started, time);
            alarm = next.0;
            timer.as_mut().reset(next.1);
            continue;
        };
        let asked_before: Vec<usize> = pending.iter().copied().take_while(|&other| other != at).collect();
        pending.retain(|&other| other != at);
        let may_repeat = match &outcome {
            AttemptOutcome::ConnectFailed(_) => true,
            AttemptOutcome::Unhealthy(_) | AttemptOutcome::Overloaded => request.repeatable,
            AttemptOutcome::Answered(_) | AttemptOutcome::Fatal(_) => false,
        };
        match outcome {
            AttemptOutcome::Answered(reply) => {
                nodes.answered(at);
                // They were tried before and have not answered yet.
                asked_before.into_iter().for_each(|slow| nodes.slow(slow));
                return Ok(reply);
            }
            AttemptOutcome::Fatal(error) => return Err(error),
            AttemptOutcome::ConnectFailed(why) => nodes.connect_failed(at, &why),
            AttemptOutcome::Unhealthy(why) => nodes.unhealthy(at, &why),
            AttemptOutcome::Overloaded => {}
        }
        let mut next = if may_repeat { nodes.pick(&tried) } else { None };
        if next.is_none() && pending.is_empty() {
            let delay = RETRY_DELAY.mul_f64(1.0 + fastrand::f64());
            if retried || !may_repeat || !nodes.is_any_live() || Instant::now() + delay >= deadline {
                return Err(ClientError::Unavailable);
            }
            retried = true;
            sleep(delay).await;
            next = nodes.pick(&[]);
            if next.is_none() {
                return Err(ClientError::Unavailable);
            }
        }
        if let Some(next) = next {
            tried.push(next);
            pending.push(next);
            attempts.push(ask(next));
        }
    }
}

/// The next alarm, and when it fires.
fn next_alarm(
    last: Option<Alarm>,
    request: &PreparedRequest,
    started: Instant,
    time: Duration,
) -> (Alarm, Instant) {
    let next = match last {
        None if !request.repeatable => Alarm::Deadline,
        None if request.only_reads => Alarm::Hedge,
        None | Some(Alarm::Hedge) => Alarm::Slow,
        Some(Alarm::Slow | Alarm::Deadline) => Alarm::Deadline,
    };
    let share = match next {
        Alarm::Hedge => HEDGE_AFTER,
        Alarm::Slow => SLOW_AFTER,
        Alarm::Deadline => 1.0,
    };
    (next, started + time.mul_f64(share))
}

/// The node to try besides, if any, once an alarm fired.
fn next_node(nodes: &Nodes, alarm: Alarm, pending: &[usize], tried: &[usize]) -> Option<usize> {
    if !nodes.has_other(tried) {
        return None;
    }
    match alarm {
        Alarm::Hedge => {
            // A call whose nodes were ejected meanwhile needs no hedge budget.
            let lost = pending.iter().all(|&at| !nodes.is_live(at));
            (lost || nodes.take_hedge()).then(|| nodes.pick(tried)).flatten()
        }
        Alarm::Slow => {
            let other = nodes.pick(tried);
            pending.iter().for_each(|&at| nodes.slow(at));
            other
        }
        Alarm::Deadline => None,
    }
}
