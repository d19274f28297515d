//! What a message of the queue says. Pure: a body goes in, the keys that may have changed come out, or why the body
//! says nothing that we can use.
//!
//! An event is only a hint that a key changed, so little is read of it: bucket, key, kind. Order, sizes and times in
//! it are not relied upon. Read are notifications of S3 (schema 2.x, every record), the same through SNS or raw,
//! EventBridge and what its rules and transformers leave of an event, MinIO, the test event that S3 sends when
//! notifications are set up, and bare `s3://bucket/key` lines.

mod envelope;
pub mod key;

use serde_json::Value;

use self::envelope::{Envelope, EventBridge, Record};

/// What a message says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notification {
    /// Keys that may have changed, in the order told, each once.
    pub hints: Vec<Hint>,
    /// Records that need no work, such as a changed tag.
    pub ignored: usize,
    /// Records that cannot be used, each with the reason. The message is kept in the dead-letter queue once its hints
    /// are done.
    pub faults: Vec<String>,
}

/// A key that may have changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hint {
    /// Bucket of the key.
    pub bucket: String,
    /// Key, decoded.
    pub key: String,
}

/// Why a body cannot be used at all: the message goes to the dead-letter queue with this reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Poison {
    /// No body, or nothing but white space.
    #[error("the message has no body")]
    Empty,
    /// Not JSON, or JSON with fields of the wrong type.
    #[error("the body is not an event: {0}")]
    Malformed(String),
    /// JSON in a shape that is none of those we know.
    #[error("the body has no known format: {0}")]
    UnknownShape(String),
    /// Events in envelopes in envelopes.
    #[error("the event is wrapped more than {MAX_WRAPS} times")]
    TooDeep,
}

/// Envelopes around an event: SNS around EventBridge is the deepest that is known, one more is tolerated.
const MAX_WRAPS: usize = 3;

/// Reads the body of a message.
///
/// ```
/// let body = r#"{"Records":[{"eventVersion":"2.1","eventName":"ObjectCreated:Put",
///     "s3":{"bucket":{"name":"b"},"object":{"key":"acme/red+flower.json"}}}]}"#;
/// let notification = wikimovie_ingest::notification::parse(body).unwrap();
/// assert_eq!(notification.hints[0].key, "acme/red flower.json");
/// ```
///
/// # Errors
/// [`Poison`] where nothing of it can be used.
pub fn parse(body: &str) -> Result<Notification, Poison> {
    let mut notification = Notification::default();
    read(body, 0, &mut notification)?;
    Ok(notification)
}

fn read(body: &str, wraps: usize, into: &mut Notification) -> Result<(), Poison> {
    let malformed = |error: serde_json::Error| Poison::Malformed(error.to_string());
    let unwrap = |inner: &str, into: &mut Notification| {
        if wraps < MAX_WRAPS { read(inner, wraps + 1, into) } else { Err(Poison::TooDeep) }
    };
    let body = body.trim();
    if body.is_empty() {
        return Err(Poison::Empty);
    }
    if body.starts_with("s3://") {
        body.lines().map(str::trim).filter(|line| !line.is_empty()).for_each(|line| into.address(line));
        return Ok(());
    }
    // A transformer of EventBridge quotes what it makes of a template.
    if body.starts_with('"') {
        return unwrap(&serde_json::from_str::<String>(body).map_err(malformed)?, into);
    }
    let envelope: Envelope = serde_json::from_str(body).map_err(malformed)?;
    if let Some(message) = envelope.sns_message() {
        return unwrap(message, into);
    }
    if envelope.is_test() {
        into.ignored += 1;
        return Ok(());
    }
    if let Some(event) = envelope.event_bridge() {
        into.event_bridge(&event);
        return Ok(());
    }
    if let Some(records) = envelope.records {
        for (number, record) in (1..).zip(records) {
            into.record(number, record);
        }
        return Ok(());
    }
    match envelope.bucket_and_key() {
        Some(event) => into.event_bridge(&event),
        None => return Err(Poison::UnknownShape(envelope.describe())),
    }
    Ok(())
}

impl Notification {
    fn record(&mut self, number: usize, record: Value) {
        let Record { event_version, event_name, s3 } = match serde_json::from_value(record) {
            Ok(record) => record,
            Err(error) => {
                self.faults.push(format!("record {number} is not one of S3: {error}"));
                return;
            }
        };
        if let Some(version) = event_version.filter(|version| !version.starts_with("2.")) {
            // It may mean something else by the same names.
            self.faults.push(format!("record {number} has schema version {version}, only 2.x is known"));
            return;
        }
        let (Some(name), Some(s3)) = (event_name, s3) else {
            self.faults.push(format!("record {number} lacks eventName or s3"));
            return;
        };
        if !changes_content(&name) {
            self.ignored += 1;
            return;
        }
        match key::decode(&s3.object.key) {
            Ok(key) => self.hint(s3.bucket.name, key),
            Err(why) => self.faults.push(format!("the key {:?} {why}", s3.object.key)),
        }
    }

    fn event_bridge(&mut self, event: &EventBridge<'_>) {
        const CHANGES: [&str; 3] = ["Object Created", "Object Deleted", "Object Restore Completed"];
        if event.kind.is_some_and(|kind| !CHANGES.contains(&kind)) {
            self.ignored += 1;
            return;
        }
        let raw = event.key.as_str();
        let decoded = key::decode(raw);
        let plain = key::check(raw).map(|()| raw.to_owned());
        if let (Err(why), Err(_)) = (&decoded, &plain) {
            self.faults.push(format!("the key {raw:?} {why}"));
        }
        // A hint to a key that is not there does no harm, so both spellings are hints.
        for key in [decoded, plain].into_iter().flatten() {
            self.hint(event.bucket.clone(), key);
        }
    }

    /// `s3://bucket/key`, the key as it is.
    fn address(&mut self, line: &str) {
        let parts = line.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
        match parts {
            Some((bucket, key)) if !bucket.is_empty() && key::check(key).is_ok() => {
                self.hint(bucket.to_owned(), key.to_owned());
            }
            _ => self.faults.push(format!("{line:?} is not an address of the form s3://bucket/key")),
        }
    }

    fn hint(&mut self, bucket: String, key: String) {
        let hint = Hint { bucket, key };
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
    }
}

/// Whether an event of this name can mean other content under the key. A name that we do not know is taken for a
/// hint, since that costs one look at the object and no more.
fn changes_content(name: &str) -> bool {
    const SAME_CONTENT: &[&str] = &[
        "ObjectTagging:",
        "ObjectAcl:",
        // An archived object can be read once its restore is completed.
        "ObjectRestore:Post",
        "ObjectRestore:Delete",
        "ObjectAnnotation:",
        "Replication:",
        "LifecycleTransition",
        "IntelligentTiering",
        "ObjectAccessed:",
        "TestEvent",
    ];
    let name = name.strip_prefix("s3:").unwrap_or(name);
    !SAME_CONTENT.iter().any(|start| name.starts_with(start))
}
