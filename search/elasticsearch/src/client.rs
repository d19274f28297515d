//! The client of the cluster, with its errors as those of an engine.

use std::ops::Deref;

use serde::de::DeserializeOwned;
use wikimovie_elasticsearch_client as client;
pub(crate) use wikimovie_elasticsearch_client::{Body, Call, ClientOptions};
use wikimovie_engine::SearchError;

/// The nodes of the cluster.
#[derive(Debug)]
pub(crate) struct Client(client::Client);

/// What a node answered.
#[derive(Clone, Debug)]
pub(crate) struct Reply(client::Reply);

impl Client {
    /// A client by these options; nothing is sent yet.
    ///
    /// # Errors
    /// One line that names the option which cannot be used.
    pub(crate) fn new(options: &ClientOptions) -> Result<Self, String> {
        client::Client::new(options).map(Self)
    }

    /// What the cluster says to a call, or why the client has no answer.
    ///
    /// # Errors
    /// See [`client::ClientError`].
    pub(crate) async fn try_send(&self, call: Call) -> Result<Reply, client::ClientError> {
        self.0.send(call).await.map(Reply)
    }

    /// What the cluster says to a call.
    ///
    /// # Errors
    /// [`SearchError::Timeout`] past the deadline, [`SearchError::Unavailable`] where no node can answer now,
    /// [`SearchError::Engine`] where one answered something that no caller can use.
    pub(crate) async fn send(&self, call: Call) -> Result<Reply, SearchError> {
        self.0.send(call).await.map(Reply).map_err(search_error)
    }
}

impl Reply {
    /// The body, read.
    ///
    /// # Errors
    /// [`SearchError::Engine`] where it is not what was expected.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, SearchError> {
        self.0.json().map_err(search_error)
    }
}

impl Deref for Reply {
    type Target = client::Reply;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

fn search_error(error: client::ClientError) -> SearchError {
    match error {
        client::ClientError::Timeout => SearchError::Timeout,
        client::ClientError::Unavailable => SearchError::Unavailable,
        error @ (client::ClientError::Rejected { .. } | client::ClientError::Failed(_)) => {
            SearchError::Engine(error.to_string())
        }
    }
}
