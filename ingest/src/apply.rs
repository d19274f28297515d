//! One object into the engine: parsed on a thread of its own while the engine indexes, a few batches ahead and no
//! more, so that both cores work and memory stays flat.

use std::{
    io::Read,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use wikimovie_domain::{Movie, ObjectReceipt, Refusal};
use wikimovie_search::{CatalogWriter, ObjectState, Tally};

use crate::{
    document::{self, Origin},
    error::IngestError,
    read::RecordReader,
};

/// Batches parsed ahead. With the bounds below at most about 6 MiB wait: each batch may exceed its bytes by one
/// record.
const BATCHES_AHEAD: usize = 4;

/// Records in a batch.
const BATCH_RECORDS: usize = 256;

/// Bytes of text in a batch, beyond which it is handed on.
const BATCH_BYTES: usize = 256 * 1024;

/// How far an object is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read from the store, before unpacking.
    pub bytes: u64,
    /// Records read, refused ones included.
    pub records: u64,
}

/// Applies the current state of an object: everything it lists, in place of what it listed before. Nothing is
/// committed.
///
/// # Errors
/// [`IngestError`]; the object is then half applied, so the caller rolls the writer back.
pub fn apply_object(
    writer: &mut dyn CatalogWriter,
    object: &ObjectState,
    source: impl Read + Send,
    progress: &mut dyn FnMut(Progress),
) -> Result<ObjectReceipt, IngestError> {
    let origin = Origin {
        provider: object.provider.clone(),
        object: object.object.clone(),
        generation: writer.begin(object)?,
    };
    let mut reader = RecordReader::new(source, &object.object);
    let gauges = reader.gauges();
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let (sender, batches) = sync_channel(BATCHES_AHEAD);
        let parser = scope.spawn(move || {
            parse(&mut reader, &origin, &sender);
            reader.take_failure()
        });
        // The receiver goes with this call, so a failing engine stops the parser, too.
        let landed = land(writer, batches, &mut tally, &mut |records| {
            progress(Progress { bytes: gauges.bytes(), records });
        });
        let failure = parser.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        landed?;
        match failure {
            Some(source) => Err(IngestError::Unreadable { object: object.object.clone(), source }),
            None => Ok(()),
        }
    })?;
    tally.bytes = gauges.bytes();
    Ok(writer.finish(tally)?)
}

type Batch = Vec<Result<Movie, Refusal>>;

/// Sends batches until the object ends or nobody listens.
fn parse(reader: &mut RecordReader<'_>, origin: &Origin, batches: &SyncSender<Batch>) {
    let mut batch = Batch::with_capacity(BATCH_RECORDS);
    let mut bytes = 0;
    for record in reader {
        bytes += record.as_ref().map_or(0, |record| record.bytes);
        batch.push(record.and_then(|record| document::movie(&record, origin)));
        if batch.len() >= BATCH_RECORDS || bytes >= BATCH_BYTES {
            bytes = 0;
            let full = std::mem::replace(&mut batch, Batch::with_capacity(BATCH_RECORDS));
            if batches.send(full).is_err() {
                return;
            }
        }
    }
    // Where nobody listens any more there is nobody to tell.
    let _ = batches.send(batch);
}

fn land(
    writer: &mut dyn CatalogWriter,
    batches: Receiver<Batch>,
    tally: &mut Tally,
    progress: &mut dyn FnMut(u64),
) -> Result<(), IngestError> {
    let mut records = 0;
    for batch in batches {
        records += batch.len() as u64;
        for record in batch {
            match record {
                Ok(movie) => {
                    writer.put(movie)?;
                }
                Err(refusal) => {
                    tally.refused += 1;
                    if tally.refusals.len() < ObjectReceipt::MAX_REFUSALS {
                        tally.refusals.push(refusal);
                    }
                }
            }
        }
        progress(records);
    }
    Ok(())
}
