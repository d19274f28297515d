//! Objects into the engine, several at once: each is read and parsed on a thread of its own, while the engine indexes.
//!
//! All threads hand their batches to one bounded queue, and wait where it is full; so each object gets its turn, a
//! small one does not wait for the end of a large one, and memory stays flat. Keys are the callers' business: no two
//! slots may be of the same.

use std::{
    any::Any,
    collections::BTreeMap,
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use wikimovie_domain::{Movie, ObjectReceipt, Reading, Refusal};
use wikimovie_engine::{Abandoned, CatalogWriter, ObjectState, ObjectWriter, Tally, WriteError};

use crate::{document::Origin, movies::MovieReader, rules::Rules};

/// Batches parsed ahead, of all slots together; each slot has one more at hand.
const BATCHES_AHEAD: usize = 4;

/// Records in a batch.
const BATCH_RECORDS: usize = 256;

/// Bytes of text in a batch, beyond which it is handed on; it may exceed them by one record.
const BATCH_BYTES: usize = 256 * 1024;

/// How far an object is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read from the store, before unpacking.
    pub bytes: u64,
    /// Records read, refused ones included.
    pub records: u64,
}

/// Opens an object, on the thread that reads it.
pub type Opener = Box<dyn FnOnce() -> io::Result<Box<dyn Read + Send>> + Send>;

/// What became of an object, or how far it is.
#[derive(Debug)]
pub(crate) enum Step {
    /// More of it is in the engine.
    Progressed(ObjectState, Progress),
    /// All of it is; nothing is committed.
    Finished(ObjectState, ObjectReceipt),
    /// It could not be opened: nothing was begun.
    Unopened(ObjectState, io::Error),
    /// It broke off half way, and was given up.
    Broken(ObjectState, io::Error, Abandoned),
}

/// Objects being read.
pub(crate) struct Slots {
    slots: BTreeMap<u64, Slot>,
    count: u64,
    news: Receiver<(u64, News)>,
    sender: SyncSender<(u64, News)>,
}

struct Slot {
    state: ObjectState,
    tally: Tally,
    records: u64,
    /// The object in the engine, once it is begun.
    object: Option<ObjectWriter>,
}

type Batch = Vec<Result<Movie, Refusal>>;

enum News {
    Batch { batch: Batch, bytes: u64 },
    Ended { ending: Ending, bytes: u64 },
}

enum Ending {
    Whole(Box<Reading>),
    Unopened(io::Error),
    Broken(io::Error),
    Panicked(Box<dyn Any + Send>),
}

impl Slots {
    pub(crate) fn new() -> Self {
        let (sender, news) = sync_channel(BATCHES_AHEAD);
        Self { slots: BTreeMap::new(), count: 0, news, sender }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Objects in slots.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &ObjectState> {
        self.slots.values().map(|slot| &slot.state)
    }

    /// Starts to read an object.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub(crate) fn start(&mut self, state: ObjectState, open: Opener, rules: Rules) -> io::Result<()> {
        self.count += 1;
        let number = self.count;
        let sender = self.sender.clone();
        let origin = Origin {
            provider: state.provider.clone(),
            object: state.object.clone(),
            // The generation of its `ObjectWriter`, too.
            generation: state.modified_ms,
        };
        let thread = thread::Builder::new().name("read".to_owned());
        thread.spawn(move || read(number, open, origin, rules, &sender))?;
        self.slots.insert(number, Slot { state, tally: Tally::default(), records: 0, object: None });
        Ok(())
    }

    /// Hands what was read next to the engine, whichever object it is of; `None` where nothing came in time.
    ///
    /// # Errors
    /// Where the engine fails: nothing is known of any of the objects then.
    pub(crate) fn join_next(
        &mut self,
        writer: &mut dyn CatalogWriter,
        wait: Duration,
    ) -> Result<Option<Step>, WriteError> {
        let (number, news) = match self.news.recv_timeout(wait) {
            Ok(news) => news,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(None),
        };
        let Some(slot) = self.slots.get_mut(&number) else { return Ok(None) };
        match news {
            News::Batch { batch, bytes } => {
                slot.put(writer, batch)?;
                let progress = Progress { bytes, records: slot.records };
                Ok(Some(Step::Progressed(slot.state.clone(), progress)))
            }
            News::Ended { ending, bytes } => {
                let Some(slot) = self.slots.remove(&number) else { return Ok(None) };
                slot.end(writer, ending, bytes).map(Some)
            }
        }
    }
}

impl Slot {
    /// Begins the object at its first batch, so that one that cannot be opened changes nothing.
    fn begin(&mut self, writer: &mut dyn CatalogWriter) -> Result<(), WriteError> {
        if self.object.is_none() {
            self.object = Some(writer.begin(&self.state)?);
        }
        Ok(())
    }

    fn put(&mut self, writer: &mut dyn CatalogWriter, batch: Batch) -> Result<(), WriteError> {
        self.records += batch.len() as u64;
        self.begin(writer)?;
        let Some(object) = &self.object else { return Ok(()) };
        for record in batch {
            match record {
                Ok(movie) => {
                    writer.put(object, movie)?;
                }
                Err(refusal) => {
                    self.tally.refused += 1;
                    if self.tally.refusals.len() < ObjectReceipt::MAX_REFUSALS {
                        self.tally.refusals.push(refusal);
                    }
                }
            }
        }
        Ok(())
    }

    fn end(mut self, writer: &mut dyn CatalogWriter, ending: Ending, bytes: u64) -> Result<Step, WriteError> {
        match ending {
            Ending::Whole(reading) => {
                let object = match self.object {
                    Some(object) => object,
                    None => writer.begin(&self.state)?,
                };
                let receipt = writer.finish(object, Tally { bytes, reading: Some(reading), ..self.tally })?;
                Ok(Step::Finished(self.state, receipt))
            }
            Ending::Unopened(error) => Ok(Step::Unopened(self.state, error)),
            Ending::Broken(error) => {
                let abandoned = match self.object.take() {
                    Some(object) => writer.abandon(object)?,
                    None => Abandoned::Alone,
                };
                Ok(Step::Broken(self.state, error, abandoned))
            }
            Ending::Panicked(panic) => resume_unwind(panic),
        }
    }
}

/// Reads an object to its end, or until nobody listens.
fn read(number: u64, open: Opener, origin: Origin, rules: Rules, news: &SyncSender<(u64, News)>) {
    let mut bytes = 0;
    let ending = catch_unwind(AssertUnwindSafe(|| {
        let source = match open() {
            Ok(source) => source,
            Err(error) => return Some(Ending::Unopened(error)),
        };
        let mut reader = MovieReader::by(source, origin, rules);
        let gauges = reader.gauges();
        let heard = parse(&mut reader, &mut |batch| {
            news.send((number, News::Batch { batch, bytes: gauges.bytes() })).is_ok()
        });
        bytes = gauges.bytes();
        let whole = || Ending::Whole(Box::new(reader.reading()));
        heard.then(|| reader.take_failure().map_or_else(whole, Ending::Broken))
    }));
    let ending = match ending {
        Ok(Some(ending)) => ending,
        Ok(None) => return,
        Err(panic) => Ending::Panicked(panic),
    };
    // Where nobody listens any more there is nobody to tell.
    let _ = news.send((number, News::Ended { ending, bytes }));
}

/// Hands on batches; `false` where nobody took one.
fn parse(reader: &mut MovieReader<'_>, hand_on: &mut dyn FnMut(Batch) -> bool) -> bool {
    let mut batch = Batch::new();
    let mut bytes = 0;
    while let Some(movie) = reader.next() {
        bytes += reader.record_bytes();
        batch.push(movie);
        if batch.len() >= BATCH_RECORDS || bytes >= BATCH_BYTES {
            bytes = 0;
            if !hand_on(std::mem::take(&mut batch)) {
                return false;
            }
        }
    }
    batch.is_empty() || hand_on(batch)
}
