//! Every shape of message, as `notifications/cases.yaml` has them.
#![allow(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

use proptest::prelude::*;
use serde::Deserialize;
use wikimovie_ingest::notification::{Notification, key, parse};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corpus {
    bodies: Vec<Case>,
    keys: Vec<Key>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Body as it is.
    body: Option<String>,
    /// Repeats `body` so often.
    #[serde(default = "once")]
    times: usize,
    /// `bucket/key` of each hint.
    #[serde(default)]
    hints: Vec<String>,
    #[serde(default)]
    ignored: usize,
    /// Part of each fault.
    #[serde(default)]
    faults: Vec<String>,
    /// Part of the reason why nothing of it can be used.
    poison: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    spelled: String,
    #[serde(default = "once")]
    times: usize,
    key: Option<String>,
    refused: Option<String>,
}

fn once() -> usize {
    1
}

fn corpus() -> Corpus {
    serde_saphyr::from_str(include_str!("notifications/cases.yaml")).unwrap()
}

#[test]
fn every_shape_is_read_or_refused_as_listed() {
    for case in corpus().bodies {
        let name = &case.name;
        let parsed = parse(&case.body.unwrap_or_default().repeat(case.times));
        match (parsed, case.poison) {
            (Ok(Notification { hints, ignored, faults }), None) => {
                let hints: Vec<String> =
                    hints.into_iter().map(|hint| [hint.bucket, hint.key].join("/")).collect();
                assert_eq!(hints, case.hints, "{name}");
                assert_eq!(ignored, case.ignored, "{name}");
                assert_eq!(faults.len(), case.faults.len(), "{name}: {faults:?}");
                for (fault, part) in faults.iter().zip(&case.faults) {
                    assert!(fault.contains(part), "{name}: {fault}");
                }
            }
            (Err(poison), Some(part)) => {
                assert!(poison.to_string().contains(&part), "{name}: {poison}");
            }
            (parsed, poison) => panic!("{name}: {parsed:?} where {poison:?} is expected"),
        }
    }
}

#[test]
fn keys_are_decoded_strictly() {
    for case in corpus().keys {
        let spelled = case.spelled.repeat(case.times);
        match (key::decode(&spelled), case.key, case.refused) {
            (Ok(key), Some(expected), None) => assert_eq!(key, expected.repeat(case.times), "{spelled}"),
            (Err(why), None, Some(part)) => assert!(why.contains(&part), "{spelled}: {why}"),
            (told, ..) => panic!("{spelled}: {told:?}"),
        }
    }
}

proptest! {
    #[test]
    fn no_body_makes_the_parser_fail(body in "\\PC{0,200}") {
        let _ = parse(&body);
    }

    #[test]
    fn a_key_survives_its_spelling(key in "[^\u{0}]{1,80}") {
        prop_assume!(key.len() <= key::MAX_KEY_BYTES);
        let form: String = key.bytes().map(|byte| match byte {
            b' ' => "+".to_owned(),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        }).collect();
        prop_assert_eq!(key::decode(&form), Ok(key.clone()));
        prop_assert_eq!(key::decode(&form.replace('+', "%20").replace('/', "%2F")), Ok(key));
    }
}
