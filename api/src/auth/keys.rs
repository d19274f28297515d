//! API keys: a file of their hashes, reloaded when it changes.
//!
//! ```json
//! { "keys": [ { "name": "web", "sha256": "…64 hex digits…", "scopes": ["search"],
//!               "pointsPerMinute": 60000, "where": { "providers": { "anyOf": ["acme"] } } } ] }
//! ```
//!
//! Only SHA-256 of a key is kept. A slow hash (argon2, scrypt) makes guessing dear where people choose the secret;
//! these are 256 random bits made by `new-key`, which nobody guesses however fast, while a slow hash on every request
//! would hand an attacker our processors. A key is found by its hash, and compared with the whole of it in constant
//! time.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    identity::{AuthError, Identity, Principal},
    scope::Scopes,
    tenant,
};
use crate::reloading::{POLL_INTERVAL, Reloading};

/// Start of every key, so that secret scanners can find one that leaked.
pub const PREFIX: &str = "wmk_";
/// Random bytes of a key.
const SECRET_BYTES: usize = 32;

/// Where the keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySettings {
    /// The file.
    pub file: PathBuf,
    /// Time between two looks whether it has changed.
    pub poll_interval: Duration,
}

impl KeySettings {
    /// The keys of this file, looked at every two seconds.
    pub fn of(file: PathBuf) -> Self {
        Self { file, poll_interval: POLL_INTERVAL }
    }
}

/// Why a file of keys cannot be used, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct KeysError {
    path: String,
    reason: String,
}

/// The keys that are known. Cheap to clone; all clones change together.
#[derive(Clone, Debug)]
pub struct KeyRing {
    keys: Reloading<KeyIndex, KeysError>,
}

/// Keys by the first eight bytes of their hashes.
type KeyIndex = HashMap<[u8; 8], Vec<KnownKey>>;

#[derive(Debug)]
struct KnownKey {
    sha256: [u8; 32],
    identity: Arc<Identity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    keys: Vec<KeyFileEntry>,
}

/// A key as the file holds it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyFileEntry {
    /// Whom it was given to: its name in logs and limits.
    pub name: String,
    /// SHA-256 of the key, in hex.
    pub sha256: String,
    /// What its holder may ask for.
    pub scopes: Vec<String>,
    /// Points a minute of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points_per_minute: Option<NonZeroU32>,
    /// The movies that its holder may see, as `MovieWhere`.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Value>,
}

/// A new key, and the hash that is to be kept of it.
///
/// # Errors
/// If the system has no random bytes.
pub fn new_key() -> Result<(String, String), getrandom::Error> {
    let mut secret = [0; SECRET_BYTES];
    getrandom::fill(&mut secret)?;
    let key = [PREFIX, &URL_SAFE_NO_PAD.encode(secret)].concat();
    let hash = hex::encode(Sha256::digest(key.as_bytes()));
    Ok((key, hash))
}

impl KeyRing {
    /// The keys of a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn open(settings: KeySettings) -> Result<Self, KeysError> {
        let KeySettings { file, poll_interval } = settings;
        let keys = Reloading::open(vec![file.clone()], poll_interval, move || read(&file))?;
        Ok(Self { keys })
    }

    /// Whose key it is.
    ///
    /// # Errors
    /// [`AuthError::UnknownKey`].
    pub fn identify(&self, key: &str) -> Result<Arc<Identity>, AuthError> {
        let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let keys = self.keys.current();
        let found = keys.get(&start(&hash)).into_iter().flatten();
        let mut found = found.filter(|known| bool::from(known.sha256.ct_eq(&hash)));
        found.next().map(|known| Arc::clone(&known.identity)).ok_or(AuthError::UnknownKey)
    }

    /// Reads the file again when it has changed, for ever. A file that cannot be used leaves the keys as they were.
    pub async fn follow(&self) {
        let report = |result: Result<Arc<KeyIndex>, KeysError>| match result {
            Ok(keys) => {
                let keys = keys.values().map(Vec::len).sum::<usize>();
                tracing::info!(keys, "reloaded the API keys");
            }
            Err(error) => {
                tracing::error!(%error, "the API keys cannot be reloaded; the previous ones stay in use")
            }
        };
        self.keys.follow(report).await;
    }
}

fn start(hash: &[u8; 32]) -> [u8; 8] {
    std::array::from_fn(|place| hash[place])
}

fn read(path: &Path) -> Result<KeyIndex, KeysError> {
    let error = |reason: String| KeysError { path: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|cause| error(cause.to_string()))?;
    keys(&text).map_err(error)
}

fn keys(text: &str) -> Result<KeyIndex, String> {
    let file: KeyFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut keys = KeyIndex::new();
    let mut names: Vec<String> = Vec::new();
    for KeyFileEntry { name, sha256, scopes, points_per_minute, filter } in file.keys {
        let wrong = |reason: String| format!("key {name:?}: {reason}");
        if name.is_empty() || names.contains(&name) {
            return Err(wrong("each key needs a name of its own".to_owned()));
        }
        let mut hash = [0; 32];
        hex::decode_to_slice(&sha256, &mut hash)
            .map_err(|_| wrong("sha256 is not 64 hexadecimal digits".to_owned()))?;
        let scopes: Scopes = scopes.join(",").parse().map_err(&wrong)?;
        let tenant =
            filter.map(tenant::parse).transpose().map_err(|reason| wrong(format!("where: {reason}")))?;
        let identity = Identity {
            principal: Principal::Key(name.as_str().into()),
            scopes,
            points_per_minute,
            tenant: tenant.map(Arc::new),
            expires_at: None,
        };
        names.push(name);
        keys.entry(start(&hash)).or_default().push(KnownKey { sha256: hash, identity: Arc::new(identity) });
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const INTERVAL: Duration = Duration::from_secs(60);

    /// The keys of a file with this text, and the folder of the file.
    fn ring(text: &str) -> Result<(tempfile::TempDir, KeyRing), String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        std::fs::write(&path, text).unwrap();
        KeyRing::open(KeySettings { file: path, poll_interval: INTERVAL })
            .map(|ring| (folder, ring))
            .map_err(|error| error.reason)
    }

    #[test]
    fn a_key_is_known_by_its_hash_alone() {
        let (key, sha256) = new_key().unwrap();
        let (other, _) = new_key().unwrap();
        assert!(key.starts_with(PREFIX) && key.len() == 47 && key != other);
        let entry = serde_json::json!({ "keys": [{
            "name": "web", "sha256": sha256, "scopes": ["search", "provider"], "pointsPerMinute": 600,
            "where": { "providers": { "anyOf": ["acme"] } },
        }] });
        let (_folder, ring) = ring(&entry.to_string()).unwrap();
        let identity = ring.identify(&key).unwrap();
        assert_eq!(identity.principal, Principal::Key("web".into()));
        assert_eq!(identity.scopes.to_string(), "search,provider");
        assert_eq!(identity.points_per_minute, NonZeroU32::new(600));
        assert_eq!(identity.tenant.as_ref().unwrap().providers.any_of, ["acme"]);
        for unknown in [other.as_str(), "", &sha256, &key[..46], &format!("{key}x")] {
            assert_eq!(ring.identify(unknown), Err(AuthError::UnknownKey));
        }
    }

    #[test]
    fn a_file_with_a_slip_is_refused() {
        let hash = "ab".repeat(32);
        let entry = |field: &str, value: serde_json::Value| {
            let mut entry = json!({ "name": "a", "sha256": hash, "scopes": ["search"] });
            entry[field] = value;
            entry
        };
        let good = entry("name", json!("a"));
        let file = |entries: &[&serde_json::Value]| json!({ "keys": entries }).to_string();
        assert!(ring(&file(&[&good])).is_ok());
        for (entry, part) in [
            (entry("tenant", json!({})), "unknown field `tenant`"),
            (entry("where", json!({})), "every movie"),
            (entry("where", json!({ "provider": {} })), "unknown field `provider`"),
            (entry("pointsPerMinute", json!(0)), "nonzero"),
            (entry("sha256", json!("zz")), "64 hexadecimal digits"),
            (entry("scopes", json!(["admin"])), "there is no scope"),
            (entry("name", json!("")), "a name of its own"),
        ] {
            let told = ring(&file(&[&entry])).unwrap_err();
            assert!(told.contains(part), "{entry}: {told}");
        }
        for (text, part) in
            [("", "EOF"), ("{}", "missing field `keys`"), (&file(&[&good, &good]), "a name of its own")]
        {
            let told = ring(text).unwrap_err();
            assert!(told.contains(part), "{text}: {told}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_changed_file_is_reloaded_and_a_broken_one_changes_nothing() {
        let (key, sha256) = new_key().unwrap();
        let file = json!({ "keys": [{ "name": "a", "sha256": sha256, "scopes": ["search"] }] }).to_string();
        let (folder, ring) = ring(&file).unwrap();
        let path = folder.path().join("keys.json");
        let following = tokio::spawn({
            let ring = ring.clone();
            async move { ring.follow().await }
        });
        for (content, is_known) in [("broken", true), (r#"{"keys":[]}"#, false), (&file, true)] {
            std::fs::write(&path, content).unwrap();
            tokio::time::sleep(INTERVAL * 2).await;
            assert_eq!(ring.identify(&key).is_ok(), is_known, "{content}");
        }
        following.abort();
    }
}
