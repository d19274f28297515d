//! One writer at a time: a document that its holder renews. A holder that was killed is waited for no longer than the
//! hold lasts.

use std::time::{Duration, Instant};

use http::Method;
use serde::{Deserialize, Serialize};

use crate::{
    account::now_ms,
    elasticsearch::{
        Shared,
        client::Call,
        index::{LedgerDocument, Read, ledger_id},
    },
    writer::WriteError,
};

/// Time after which a hold that was not renewed is nobody's.
const LASTS: Duration = Duration::from_secs(60);
/// Age at which it is renewed.
const RENEWED_AFTER: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Held {
    holder: String,
    until_ms: u64,
}

/// The hold of this process.
#[derive(Debug)]
pub(super) struct Hold {
    holder: String,
    seq_no: u64,
    primary_term: u64,
    since: Instant,
}

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "_seq_no")]
    seq_no: u64,
    #[serde(rename = "_primary_term")]
    primary_term: u64,
}

impl Hold {
    /// Takes the hold, or says who has it.
    pub(super) async fn take(shared: &Shared) -> Result<Self, WriteError> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| WriteError::Engine(error.to_string()))?;
        let holder = format!("{:016x}", u64::from_be_bytes(random));
        let path = format!("/{}/_doc/{}", shared.names.ledger, ledger_id::WRITER);
        let read: Read<LedgerDocument<Held>> = shared.client.send(Call::get(path)).await?.json()?;
        let condition = match &read.source {
            Some(found) if found.data.until_ms > now_ms() => return Err(held(shared)),
            Some(_) => vec![
                ("if_seq_no", read.seq_no.to_string()),
                ("if_primary_term", read.primary_term.to_string()),
            ],
            None => vec![("op_type", "create".to_owned())],
        };
        let mut hold = Self { holder, seq_no: 0, primary_term: 0, since: Instant::now() };
        hold.write(shared, condition).await?;
        Ok(hold)
    }

    /// Keeps the hold; an error where it was lost.
    pub(super) async fn renew(&mut self, shared: &Shared) -> Result<(), WriteError> {
        if self.since.elapsed() < RENEWED_AFTER { Ok(()) } else { self.write(shared, self.condition()).await }
    }

    /// Gives the hold back; it ends by itself where that fails.
    pub(super) async fn release(&self, shared: &Shared) {
        let path = format!("/{}/_doc/{}", shared.names.ledger, ledger_id::WRITER);
        let call =
            Call { method: Method::DELETE, query: self.condition(), repeatable: false, ..Call::get(path) };
        if let Err(error) = shared.client.send(call).await {
            tracing::warn!(%error, "the hold on the index could not be given back; it ends by itself");
        }
    }

    fn condition(&self) -> Vec<(&'static str, String)> {
        vec![("if_seq_no", self.seq_no.to_string()), ("if_primary_term", self.primary_term.to_string())]
    }

    async fn write(
        &mut self,
        shared: &Shared,
        condition: Vec<(&'static str, String)>,
    ) -> Result<(), WriteError> {
        let until_ms = now_ms() + u64::try_from(LASTS.as_millis()).unwrap_or(u64::MAX);
        let document = LedgerDocument::new("hold", Held { holder: self.holder.clone(), until_ms });
        let path = format!("/{}/_doc/{}", shared.names.ledger, ledger_id::WRITER);
        let call = Call { query: condition, repeatable: false, ..Call::put(path, &document)? };
        let reply = shared.client.send(call).await?;
        if reply.status == 409 {
            return Err(held(shared));
        }
        let written: Written = reply.json()?;
        (self.seq_no, self.primary_term) = (written.seq_no, written.primary_term);
        self.since = Instant::now();
        Ok(())
    }
}

fn held(shared: &Shared) -> WriteError {
    WriteError::Held(shared.names.read.clone())
}
