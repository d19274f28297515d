//! The JSON around a key, shape by shape. What we do not need is not read, so that it may be anything.

use serde::Deserialize;
use serde_json::Value;

/// Any of the shapes; which one is told by the fields that are there.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    /// S3 and MinIO. Each is read by itself, so that one that cannot be read hides no other.
    #[serde(rename = "Records")]
    pub(super) records: Option<Vec<Value>>,
    /// The test event of S3.
    #[serde(rename = "Event")]
    event: Option<String>,
    /// SNS.
    #[serde(rename = "Type")]
    kind: Option<String>,
    #[serde(rename = "Message")]
    message: Option<String>,
    /// EventBridge.
    source: Option<String>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    detail: Option<Value>,
    /// What a rule or a transformer of EventBridge leaves of an event.
    bucket: Option<Value>,
    object: Option<Value>,
    key: Option<Value>,
}

/// A record of S3's own notification.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pub(super) event_version: Option<String>,
    pub(super) event_name: Option<String>,
    pub(super) s3: Option<S3>,
}

#[derive(Debug, Deserialize)]
pub(super) struct S3 {
    pub(super) bucket: Bucket,
    pub(super) object: Object,
}

#[derive(Debug, Deserialize)]
pub(super) struct Bucket {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Object {
    pub(super) key: String,
}

/// An event of EventBridge, or what is left of one: then nothing says what happened.
#[derive(Debug)]
pub(super) struct EventBridge<'a> {
    pub(super) kind: Option<&'a str>,
    pub(super) bucket: String,
    pub(super) key: String,
}

impl Envelope {
    /// What SNS wraps.
    pub(super) fn sns_message(&self) -> Option<&str> {
        match (self.kind.as_deref(), &self.message) {
            (Some("Notification"), Some(message)) => Some(message),
            _ => None,
        }
    }

    pub(super) fn is_test(&self) -> bool {
        self.event.as_deref() == Some("s3:TestEvent")
    }

    pub(super) fn event_bridge(&self) -> Option<EventBridge<'_>> {
        if self.source.as_deref() != Some("aws.s3") {
            return None;
        }
        let S3 { bucket, object } = serde_json::from_value(self.detail.clone()?).ok()?;
        Some(EventBridge { kind: Some(self.detail_type.as_deref()?), bucket: bucket.name, key: object.key })
    }

    /// The detail of an event by itself (a rule's `InputPath: $.detail`), or bucket and key alone.
    pub(super) fn bucket_and_key(&self) -> Option<EventBridge<'_>> {
        let bucket = self.bucket.as_ref()?;
        let bucket = bucket.as_str().or_else(|| bucket.get("name")?.as_str())?;
        let key = match (&self.object, &self.key) {
            (Some(object), _) => object.get("key")?.as_str()?,
            (None, Some(key)) => key.as_str()?,
            (None, None) => return None,
        };
        Some(EventBridge { kind: None, bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// What it looks like, for the reason of a refusal.
    pub(super) fn describe(&self) -> String {
        match (&self.kind, &self.source, &self.event) {
            (Some(kind), ..) => format!("an SNS message of type {kind:?}"),
            (_, Some(source), _) => format!("an event of {source:?} without the required fields"),
            (.., Some(event)) => format!("an event {event:?}"),
            _ => "no Records".to_owned(),
        }
    }
}
