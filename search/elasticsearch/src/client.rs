//! The client of the cluster, with its errors as those of an engine.

use std::{ops::Deref, sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use wikimovie_elasticsearch_client as client;
pub(crate) use wikimovie_elasticsearch_client::{Call, ClientError, ClientOptions, RequestBody};
use wikimovie_engine::{OperationContext, SearchError};

/// What carries calls to the cluster. Unit tests have one in memory.
#[async_trait]
pub(crate) trait Transport: std::fmt::Debug + Send + Sync {
    /// What the cluster says to a call.
    async fn send(&self, call: Call) -> Result<client::Reply, ClientError>;
}

#[async_trait]
impl Transport for client::Client {
    async fn send(&self, call: Call) -> Result<client::Reply, ClientError> {
        client::Client::send(self, call).await
    }
}

/// The nodes of the cluster. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    transport: Arc<dyn Transport>,
    deadline: Duration,
}

/// What a node answered.
#[derive(Clone, Debug)]
pub(crate) struct Reply(client::Reply);

impl Client {
    /// A client by these options; nothing is sent yet.
    ///
    /// # Errors
    /// One line that names the option which cannot be used.
    pub(crate) fn new(options: &ClientOptions) -> Result<Self, String> {
        Ok(Self::over(Arc::new(client::Client::new(options)?), options.deadline))
    }

    /// A client that sends by other means.
    pub(crate) fn over(transport: Arc<dyn Transport>, deadline: Duration) -> Self {
        Self { transport, deadline }
    }

    /// What the cluster says to a call, or why the client has no answer.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub(crate) async fn try_send(&self, call: Call) -> Result<Reply, ClientError> {
        self.transport.send(call).await.map(Reply)
    }

    /// What the cluster says to a call.
    ///
    /// # Errors
    /// [`SearchError::Timeout`] past the deadline, [`SearchError::Unavailable`] where no node can answer now,
    /// [`SearchError::Engine`] where one answered something that no caller can use.
    pub(crate) async fn send(&self, call: Call) -> Result<Reply, SearchError> {
        self.try_send(call).await.map_err(search_error)
    }

    /// Time that a question of an operation still has.
    pub(crate) fn time_left(&self, context: &OperationContext) -> Duration {
        context.time_left(self.deadline)
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

fn search_error(error: ClientError) -> SearchError {
    match error {
        ClientError::Timeout => SearchError::Timeout,
        ClientError::Unavailable => SearchError::Unavailable,
        error @ (ClientError::Rejected { .. } | ClientError::Failed(_)) => {
            SearchError::Engine(error.to_string())
        }
    }
}
