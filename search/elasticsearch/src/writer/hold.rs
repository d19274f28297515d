//! One writer at a time: a document that its holder writes anew all the time. Whoever wants the hold watches it: one that
//! is not renewed for its time is nobody's. No clock of one machine is compared with that of another.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use wikimovie_engine::writer::WriteError;

use super::versions::epoch_of;
use crate::{
    Shared,
    client::Call,
    index::{LedgerDocument, Read, ledger_id},
};

/// Time after which a hold that was not renewed is nobody's.
const LASTS: Duration = Duration::from_secs(2);
/// Time after the last renewal in which writing goes on.
pub(super) const LATEST: Duration = Duration::from_secs(20);
/// Time between two renewals.
const RENEWED_EVERY: Duration = Duration::from_millis(400);
/// Time one renewal may take: after one that got no answer another is still in time.
const DEADLINE: Duration = Duration::from_secs(1);
/// Time from a renewal that failed to the next, and between two looks at a hold that is watched.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Held {
    /// Empty once it was given back.
    holder: String,
    /// Counts holders: the versions of what this one writes are above those of all before it.
    #[serde(default)]
    epoch: u64,
    /// Makes each renewal another document.
    renewals: u64,
    /// Indices that the holder writes to; empty for those behind the write alias.
    #[serde(default)]
    targets: Vec<String>,
}

/// The hold of this process, renewed in the background until it is released.
#[derive(Debug)]
pub(super) struct Hold {
    ticket: Arc<Mutex<Ticket>>,
    index: String,
    renewing: JoinHandle<()>,
}

/// The holder's last write.
#[derive(Debug)]
struct Ticket {
    held: Held,
    seq_no: u64,
    primary_term: u64,
    /// When the last successful renewal was begun.
    since: Instant,
    lost: bool,
}

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "_seq_no")]
    seq_no: u64,
    #[serde(rename = "_primary_term")]
    primary_term: u64,
}

impl Hold {
    /// Takes the hold, which takes as long as a hold lasts where somebody left it, or says that somebody has it.
    pub(super) async fn take(shared: &Arc<Shared>) -> Result<Self, WriteError> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| WriteError::Engine(error.to_string()))?;
        let holder = format!("{:016x}", u64::from_be_bytes(random));
        let since = Instant::now();
        let mut seen = read(shared).await?;
        if seen.as_ref().is_some_and(|(held, _)| !held.holder.is_empty()) {
            let begun = Instant::now();
            loop {
                tokio::time::sleep(PAUSE).await;
                let is_over = begun.elapsed() >= LASTS;
                let now = read(shared).await?;
                let is_free = now.as_ref().is_none_or(|(held, _)| held.holder.is_empty());
                if !is_free && now.as_ref().map(|(_, place)| place) != seen.as_ref().map(|(_, place)| place) {
                    return Err(is_held(shared));
                }
                seen = now;
                if is_free || is_over {
                    break;
                }
            }
        }
        let (epoch, condition) = match &seen {
            Some((held, place)) => (held.epoch + 1, condition(*place)),
            None => (shared.first_epoch().await?, vec![("op_type", "create".to_owned())]),
        };
        let held = Held { holder, epoch, renewals: 0, targets: Vec::new() };
        let Written { seq_no, primary_term } = write(shared, &held, condition).await?;
        let ticket =
            Ticket { held, seq_no, primary_term, since: since.max(Instant::now() - DEADLINE), lost: false };
        let ticket = Arc::new(Mutex::new(ticket));
        let renewing = tokio::spawn(renew_for_ever(Arc::clone(shared), Arc::clone(&ticket)));
        Ok(Self { ticket, index: shared.names.read.clone(), renewing })
    }

    /// Counts the holders so far, this one included.
    pub(super) fn epoch(&self) -> u64 {
        lock(&self.ticket).held.epoch
    }

    /// Tells everybody, with the next renewal, where this writer writes to.
    pub(super) fn tell_targets(&self, targets: Vec<String>) {
        lock(&self.ticket).held.targets = targets;
    }

    /// An error where the hold was lost. A busy machine may be late with a renewal, which does no harm before a
    /// [`Hold::confirm`]: what is written without the hold replaces nothing.
    pub(super) fn check(&self) -> Result<(), WriteError> {
        let ticket = lock(&self.ticket);
        if ticket.lost || ticket.since.elapsed() >= LATEST {
            return Err(WriteError::Held(self.index.clone()));
        }
        Ok(())
    }

    /// Returns once a renewal shows that nobody else had the hold so far.
    pub(super) async fn confirm(&self) -> Result<(), WriteError> {
        loop {
            self.check()?;
            if lock(&self.ticket).since.elapsed() < LASTS {
                return Ok(());
            }
            tokio::time::sleep(DEADLINE / 20).await;
        }
    }

    /// Gives the hold back; it ends by itself where that fails.
    pub(super) async fn release(&mut self, shared: &Shared) {
        self.renewing.abort();
        // A renewal under way ends before the ticket is read.
        let _ = (&mut self.renewing).await;
        let (held, place) = {
            let ticket = lock(&self.ticket);
            // The epoch stays known.
            let held = Held { holder: String::new(), ..ticket.held.clone() };
            (held, (ticket.seq_no, ticket.primary_term))
        };
        let mut released = write(shared, &held, condition(place)).await;
        if let Err(WriteError::Held(_)) = released {
            // The renewal that was broken off may have been written, and its answer was not waited for.
            let holder = lock(&self.ticket).held.holder.clone();
            if let Ok(Some(written)) = own(shared, &holder).await {
                let place = (written.seq_no, written.primary_term);
                released = write(shared, &held, condition(place)).await;
            }
        }
        if let Err(error) = released {
            tracing::warn!(%error, "the writer lease could not be released; it expires by itself");
        }
    }
}

async fn renew_for_ever(shared: Arc<Shared>, ticket: Arc<Mutex<Ticket>>) {
    let mut pause = RENEWED_EVERY;
    loop {
        tokio::time::sleep(pause).await;
        let (held, place) = {
            let ticket = lock(&ticket);
            let held = Held { renewals: ticket.held.renewals + 1, ..ticket.held.clone() };
            (held, (ticket.seq_no, ticket.primary_term))
        };
        let renewals = held.renewals;
        let begun = Instant::now();
        let renewed = match write(&shared, &held, condition(place)).await {
            // The answer to an earlier renewal may have been lost: then the document is ours all the same.
            Err(WriteError::Held(_)) => match own(&shared, &held.holder).await {
                Ok(Some(written)) => Ok(written),
                Ok(None) => Err(is_held(&shared)),
                Err(error) => Err(error),
            },
            other => other,
        };
        let mut ticket = lock(&ticket);
        match renewed {
            Ok(written) => {
                (ticket.seq_no, ticket.primary_term) = (written.seq_no, written.primary_term);
                (ticket.held.renewals, ticket.since) = (renewals, begun);
                pause = RENEWED_EVERY;
            }
            Err(WriteError::Held(_)) => {
                ticket.lost = true;
                return;
            }
            Err(error) => {
                pause = PAUSE;
                tracing::debug!(%error, "the writer lease could not be renewed; retrying");
            }
        }
    }
}

fn lock(ticket: &Mutex<Ticket>) -> std::sync::MutexGuard<'_, Ticket> {
    ticket.lock().unwrap_or_else(PoisonError::into_inner)
}

fn path(shared: &Shared) -> String {
    format!("/{}/_doc/{}", shared.names.ledger, ledger_id::WRITER)
}

fn condition((seq_no, primary_term): (u64, u64)) -> Vec<(&'static str, String)> {
    vec![("if_seq_no", seq_no.to_string()), ("if_primary_term", primary_term.to_string())]
}

/// The hold and the place of its last write; `None` where there never was one.
async fn read(shared: &Shared) -> Result<Option<(Held, (u64, u64))>, WriteError> {
    let read: Read<LedgerDocument<Held>> = shared.client.send(Call::get(path(shared))).await?.json()?;
    Ok(read.source.map(|found| (found.data, (read.seq_no, read.primary_term))))
}

impl Shared {
    /// Whether nobody writes, or whoever does writes to these indices.
    pub(crate) async fn writes_to(&self, targets: &[String]) -> Result<bool, WriteError> {
        Ok(read(self).await?.is_none_or(|(held, _)| held.holder.is_empty() || held.targets == targets))
    }

    /// An epoch above those of all that the index holds, for an index whose ledger was lost.
    async fn first_epoch(&self) -> Result<u64, WriteError> {
        /// What deleted documents, which cannot be read back, may remember beyond that.
        const MARGIN: u64 = 1 << 10;
        let mut greatest = 0;
        let mut found = self.listing_entries(&self.names.write);
        while let Some(page) = found.next().await? {
            greatest = page.iter().map(|entry| entry.version).fold(greatest, u64::max);
        }
        Ok(if greatest == 0 { 1 } else { epoch_of(greatest) + MARGIN })
    }
}

/// The last write where it is this holder's.
async fn own(shared: &Shared, holder: &str) -> Result<Option<Written>, WriteError> {
    let read: Read<LedgerDocument<Held>> = shared.client.send(Call::get(path(shared))).await?.json()?;
    let ours = read.source.is_some_and(|found| found.data.holder == holder);
    Ok(ours.then_some(Written { seq_no: read.seq_no, primary_term: read.primary_term }))
}

async fn write(
    shared: &Shared,
    held: &Held,
    condition: Vec<(&'static str, String)>,
) -> Result<Written, WriteError> {
    let document = LedgerDocument::new("hold", held);
    let call = Call {
        query: condition,
        repeatable: false,
        deadline: Some(DEADLINE),
        ..Call::put(path(shared), &document)?
    };
    let reply = shared.client.send(call).await?;
    if reply.status == 409 { Err(is_held(shared)) } else { Ok(reply.json()?) }
}

fn is_held(shared: &Shared) -> WriteError {
    WriteError::Held(shared.names.read.clone())
}
