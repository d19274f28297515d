//! One call over as many attempts as it takes, within its deadline; whoever answers first wins.
//!
//! A call that only reads is asked of a second node after an eighth of its time, where the first has not answered by
//! then; the first may still answer. A call that writes and is repeatable waits half of its time before that. A call
//! that is not repeatable is asked again only where it surely reached no node. With one node alive an attempt may take
//! all the time there is.

use std::{pin::pin, time::Duration};

use crate::error::ClientError;
use futures::{StreamExt, stream::FuturesUnordered};
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    attempt::{Outcome, attempt},
    call::Reply,
    nodes::Nodes,
    wire::Wire,
};

/// Share of a call's time after which a second node is asked too.
const SECOND_AFTER: f64 = 0.125;

/// Share of a call's time after which a node that has not answered counts as slow and another is asked.
const SLOW_AFTER: f64 = 0.5;

/// Shortest wait before the only node is asked again; at most twice as long.
const PAUSE: Duration = Duration::from_millis(50);

/// What happens once nobody has answered for a while.
#[derive(Clone, Copy, Debug)]
enum Alarm {
    Second,
    Slow,
    Deadline,
}

pub(super) async fn run(
    nodes: &Nodes,
    wire: &Wire,
    time: Duration,
    deadline: Instant,
) -> Result<Reply, ClientError> {
    let Some(first) = nodes.pick(&[]) else {
        nodes.look_after();
        return Err(ClientError::Unavailable);
    };
    nodes.save_up();
    let begun = deadline - time;
    // Nodes asked, and of them those that have not answered yet, in the order in which they were asked.
    let (mut tried, mut aloft) = (vec![first], vec![first]);
    let ask = |at| async move { (at, attempt(nodes.get(at), wire).await) };
    let mut flights = FuturesUnordered::new();
    flights.push(ask(first));
    let mut paused = false;
    let (mut alarm, at) = next_alarm(None, wire, begun, time);
    let mut timer = pin!(sleep_until(at));
    loop {
        let landed = tokio::select! {
            biased;
            Some(landed) = flights.next() => Some(landed),
            () = &mut timer => None,
        };
        let Some((at, outcome)) = landed else {
            if let Alarm::Deadline = alarm {
                aloft.iter().for_each(|&at| nodes.slow(at));
                return Err(ClientError::Timeout);
            }
            if let Some(other) = after_wait(nodes, alarm, &aloft, &tried) {
                tried.push(other);
                aloft.push(other);
                flights.push(ask(other));
            }
            let next = next_alarm(Some(alarm), wire, begun, time);
            alarm = next.0;
            timer.as_mut().reset(next.1);
            continue;
        };
        let asked_before: Vec<usize> = aloft.iter().copied().take_while(|&other| other != at).collect();
        aloft.retain(|&other| other != at);
        let may_repeat = match &outcome {
            Outcome::Refused(_) => true,
            Outcome::Ill(_) | Outcome::Busy => wire.repeatable,
            Outcome::Answered(_) | Outcome::Final(_) => false,
        };
        match outcome {
            Outcome::Answered(reply) => {
                nodes.answered(at);
                // They were asked before and have still nothing to say.
                asked_before.into_iter().for_each(|slow| nodes.slow(slow));
                return Ok(reply);
            }
            Outcome::Final(error) => return Err(error),
            Outcome::Refused(why) => nodes.refused(at, &why),
            Outcome::Ill(why) => nodes.ill(at, &why),
            Outcome::Busy => {}
        }
        let mut next = if may_repeat { nodes.pick(&tried) } else { None };
        if next.is_none() && aloft.is_empty() {
            let pause = PAUSE.mul_f64(1.0 + fastrand::f64());
            if paused || !may_repeat || !nodes.is_any_live() || Instant::now() + pause >= deadline {
                return Err(ClientError::Unavailable);
            }
            paused = true;
            sleep(pause).await;
            next = nodes.pick(&[]);
            if next.is_none() {
                return Err(ClientError::Unavailable);
            }
        }
        if let Some(next) = next {
            tried.push(next);
            aloft.push(next);
            flights.push(ask(next));
        }
    }
}

/// The next alarm, and when it rings.
fn next_alarm(last: Option<Alarm>, wire: &Wire, begun: Instant, time: Duration) -> (Alarm, Instant) {
    let next = match last {
        None if !wire.repeatable => Alarm::Deadline,
        None if wire.only_reads => Alarm::Second,
        None | Some(Alarm::Second) => Alarm::Slow,
        Some(Alarm::Slow | Alarm::Deadline) => Alarm::Deadline,
    };
    let share = match next {
        Alarm::Second => SECOND_AFTER,
        Alarm::Slow => SLOW_AFTER,
        Alarm::Deadline => 1.0,
    };
    (next, begun + time.mul_f64(share))
}

/// The node to ask besides, if any, once an alarm rang.
fn after_wait(nodes: &Nodes, alarm: Alarm, aloft: &[usize], tried: &[usize]) -> Option<usize> {
    if !nodes.has_other(tried) {
        return None;
    }
    match alarm {
        Alarm::Second => {
            // Those who wait for a node that was set aside meanwhile need not save up.
            let lost = aloft.iter().all(|&at| !nodes.is_live(at));
            (lost || nodes.spend()).then(|| nodes.pick(tried)).flatten()
        }
        Alarm::Slow => {
            let other = nodes.pick(tried);
            aloft.iter().for_each(|&at| nodes.slow(at));
            other
        }
        Alarm::Deadline => None,
    }
}
