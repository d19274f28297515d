//! The secret of tokens, which all replicas share where none is set.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use wikimovie_engine::writer::WriteError;

use super::store::LedgerStore;

/// Id and kind of its document.
const SECRET: &str = "secret";

#[derive(Debug, Serialize, Deserialize)]
struct Secret {
    secret: String,
}

impl LedgerStore {
    /// The secret that all replicas share, made by the first.
    pub(crate) async fn shared_secret(&self) -> Result<Vec<u8>, WriteError> {
        let problem = |what: &str| WriteError::Engine(what.to_owned());
        for _ in 0..2 {
            if let Some(Secret { secret }) = self.get("reading the secret", SECRET).await? {
                return STANDARD
                    .decode(secret)
                    .map_err(|_| problem("the secret stored in the cluster is malformed"));
            }
            let mut secret = [0; 32];
            getrandom::fill(&mut secret).map_err(|error| WriteError::Engine(error.to_string()))?;
            let secret = Secret { secret: STANDARD.encode(secret) };
            let create = vec![("op_type", "create".to_owned())];
            // A conflict: another replica was faster; then its secret is read.
            self.write("writing the secret", self.write_call(SECRET, SECRET, &secret, create)?).await?;
        }
        Err(problem("the secret cannot be read back"))
    }
}
