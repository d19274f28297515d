//! Objects of providers whose mapping changed: they are compared and applied anew beside the ticks, a few in each, so that
//! nobody waits for the end of a large provider.
//!
//! A message that tells of a mapping waits, under lease, until all objects beside that were listed and looked at since it
//! came. One that comes meanwhile waits for another reread. A mapping that cannot be read keeps its provider's objects as
//! they are, and no other's; it is looked at again, ever more rarely, and once it can be read they are, whatever became of
//! their messages.

use std::collections::{HashMap, HashSet, VecDeque};

use wikimovie_engine::WriteError;

use super::{
    Worker,
    outcome::{KeyOutcome, TickError},
    report::count,
    rereads::{Reread, WaitingMessage, next_slice},
};
use crate::{
    bucket::{Keys, ObjectHead, is_object},
    mapping::{self, MappingFault},
    sync::{Applied, Change, SyncReport, unchanged_receipt},
};

/// Reasons kept of a reread.
const MAX_REASONS: usize = 10;

impl Worker {
    /// Goes on with the objects of a provider whose mapping changed, a slice of them. Returns how many messages are
    /// deleted.
    pub(super) fn reread(&mut self) -> Result<usize, TickError> {
        let Some(mut reread) = self.rereads.next_reread() else { return Ok(0) };
        match self.go_on(&mut reread) {
            Ok(true) => Ok(self.end(reread)?),
            Ok(false) => {
                self.rereads.resume(reread);
                Ok(0)
            }
            Err(error) => {
                self.abandon_rereads();
                Err(error)
            }
        }
    }

    fn abandon_rereads(&mut self) {
        let waiting = self.rereads.abandon();
        self.inbox.keep(waiting);
    }

    /// Looks at some of the objects; whether all are done.
    fn go_on(&mut self, reread: &mut Reread) -> Result<bool, TickError> {
        let Reread { mapping, left, beside, outcomes, .. } = reread;
        let (_, found) = self.mappings.read(&self.bucket, mapping, None, &self.halt);
        if let Err(fault @ MappingFault::Unreadable { .. }) = found {
            self.suspect = true;
            self.ensure_bucket()?;
            self.rereads.failed(mapping, &self.options);
            outcomes.push(KeyOutcome::Unreadable(fault.to_string()));
            *left = None;
            return Ok(true);
        }
        if left.is_none() {
            let folder = mapping.strip_suffix(mapping::MAPPING_NAME).unwrap_or_default();
            let listed = self.bucket.list(folder)?.into_iter();
            let is_beside =
                |head: &ObjectHead| is_object(&head.key) && mapping::counts_for(mapping, &head.key);
            *left = Some(listed.filter(is_beside).collect());
        }
        let mut keys: Vec<String> = Vec::new();
        beside.retain(|key| {
            let is_under_way = self.large.has_slot(key);
            if !is_under_way {
                keys.push(key.clone());
            }
            is_under_way
        });
        let slice = left.as_mut().map(next_slice).unwrap_or_default();
        let (under_way, slice): (Vec<ObjectHead>, Vec<ObjectHead>) =
            slice.into_iter().partition(|head| self.large.has_slot(&head.key));
        beside.extend(under_way.into_iter().map(|head| head.key));
        keys.extend(self.compare(slice)?);
        let again = keys.iter().cloned().collect();
        for (key, outcome) in self.reconcile_keys(keys, again)? {
            match outcome {
                KeyOutcome::Deferred => beside.push(key),
                // The first few say what is wrong.
                outcome if outcomes.len() < MAX_REASONS => outcomes.push(outcome),
                _ => {}
            }
        }
        Ok(left.as_ref().is_some_and(VecDeque::is_empty) && beside.is_empty())
    }

    /// Compares objects, as they were listed, with the ledger, and puts the receipts of those that need nothing more: they
    /// may have been kept by a mapping that was refused. Returns the keys of the others, which are to be looked at anew:
    /// what was listed may be of the past.
    fn compare(&mut self, heads: Vec<ObjectHead>) -> Result<Vec<String>, TickError> {
        let source = self.source(Keys::some(self.bucket.clone(), Vec::new()));
        let mut keys: Vec<String> = heads.iter().map(|head| head.key.clone()).collect();
        let listing = source.listing_of(heads);
        let Some(writer) = &self.writer else { return Err(WriteError::NOT_OPEN.into()) };
        let mut report = SyncReport::default();
        for listed in &listing.objects {
            if let Some(row) = writer.row(&listed.state.key)?.filter(|row| row.is_done(&listed.state)) {
                report.objects.push(Applied { change: Change::Unchanged, receipt: unchanged_receipt(&row) });
            }
        }
        self.tell_of_kept(&listing.kept)?;
        report.objects.iter().for_each(count);
        let mut done: HashSet<String> =
            report.objects.iter().map(|applied| applied.receipt.object.clone()).collect();
        self.put_receipts(&report, &done, &HashMap::new())?;
        done.extend(listing.kept.into_iter().map(|kept| kept.problem.object));
        keys.retain(|key| !done.contains(key));
        Ok(keys)
    }

    /// Answers the messages that waited for a reread alone.
    fn end(&mut self, mut reread: Reread) -> Result<usize, TickError> {
        if reread.left.is_some() {
            match self.tell_of_mapping(&reread.mapping) {
                Ok(unreadable) => reread.outcomes.extend(unreadable),
                Err(error) => {
                    self.abandon_rereads();
                    return Err(error.into());
                }
            }
            self.rereads.succeeded(&reread.mapping, reread.outcomes.is_empty(), &self.options);
        }
        let mut done = Vec::new();
        let mut ready = self.rereads.end(&reread).into_iter();
        while let Some(WaitingMessage { parsed, outcomes, .. }) = ready.next() {
            match self.answer(&parsed, &outcomes) {
                Ok(handle) => done.extend(handle),
                Err(error) => {
                    let left = ready.map(|waiting| waiting.parsed.message);
                    self.inbox.keep([parsed.message].into_iter().chain(left).collect());
                    self.inbox.delete(done)?;
                    return Err(error.into());
                }
            }
        }
        Ok(self.inbox.delete(done)?)
    }
}
