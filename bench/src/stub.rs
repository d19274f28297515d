//! A gateway over a stub engine with a fixed latency, to measure the gateway alone. Another command serves the same
//! bytes from an axum handler.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{Router, http::header, routing::post};
use bytes::Bytes;
use clap::Args;
use tokio::sync::watch;
use wikimovie_api::{Gateway, Server, args::GatewayArgs};
use wikimovie_domain::*;
use wikimovie_engine::{
    Answered, Catalog, CatalogDigest, OperationContext, ReceiptPage, ReceiptsRequest, Sealer, SearchError,
};

/// A gateway over a stub.
#[derive(Debug, Args)]
pub(crate) struct StubArgs {
    /// Latency of the engine for each question, in milliseconds.
    #[arg(long)]
    latency_ms: u64,
    #[command(flatten)]
    gateway: GatewayArgs,
}

/// A handler without a gateway.
#[derive(Debug, Args)]
pub(crate) struct BareArgs {
    /// File that holds the bytes to return.
    #[arg(long)]
    body: std::path::PathBuf,
}

/// Serves until it is killed; prints its address in the first line.
pub(crate) fn serve(args: &StubArgs) -> anyhow::Result<()> {
    let settings = args.gateway.settings().map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let engine = Arc::new(Stub { latency: Duration::from_millis(args.latency_ms), hits: hits() });
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let gateway = Gateway::new(engine, Sealer::new(b"secret of a measurement"), settings.api);
        let server = Server::bind(settings.server).await.map_err(|failure| anyhow::anyhow!("{failure}"))?;
        println!("{}", server.base_url());
        Ok(server.serve(gateway, std::future::pending()).await?)
    })
}

/// Serves the same bytes for ever.
pub(crate) fn bare(args: &BareArgs) -> anyhow::Result<()> {
    let body = Bytes::from(std::fs::read(&args.body)?);
    let content_type = "application/graphql-response+json; charset=utf-8";
    let handler = move |_: Bytes| async move { ([(header::CONTENT_TYPE, content_type)], body) };
    let router = Router::new().route("/graphql", post(handler));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        Ok(axum::serve(
            axum::serve::ListenerExt::tap_io(listener, |stream| {
                // The gateway does the same.
                let _ = stream.set_nodelay(true);
            }),
            router,
        )
        .await?)
    })
}

/// An engine with a fixed latency.
struct Stub {
    latency: Duration,
    hits: Vec<Hit>,
}

/// A page of ten movies.
fn hits() -> Vec<Hit> {
    let movies = wikimovie_testkit_builders::dozen().into_iter().take(10);
    let hit = |movie: Movie| Hit {
        cursor: "a cursor of the usual length, more or less".to_owned(),
        highlights: vec![Highlight {
            field: SearchField::Title,
            text: movie.title.clone(),
            spans: vec![Span { start: 0, end: 4 }],
        }],
        movie,
        score: Some(1_000),
        reasons: Vec::new(),
    };
    movies.map(hit).collect()
}

#[async_trait]
impl Catalog for Stub {
    async fn search(
        &self,
        _: &OperationContext,
        request: SearchRequest,
    ) -> Result<Answered<SearchAnswer>, SearchError> {
        tokio::time::sleep(self.latency).await;
        let page = || HitPage { hits: self.hits.clone(), has_previous: false, has_next: true };
        let facet = |asked: &FacetRequest| match asked {
            FacetRequest::Terms { .. } => FacetAnswer::Terms {
                values: (0..10)
                    .map(|at| FacetValue {
                        value: format!("Genre {at}"),
                        count: 100 - at,
                        selected: false,
                        excluded: false,
                    })
                    .collect(),
                other: 3,
                missing: 0,
                distinct: 13,
            },
            FacetRequest::Years { .. } => FacetAnswer::Years(YearHistogram::default()),
        };
        Ok(Answered::complete(SearchAnswer {
            total: Some(Total { value: 1_234, relation: TotalRelation::Equal }),
            hits: request.hits.iter().map(|_| page()).collect(),
            facets: request.facets.iter().map(facet).collect(),
            ..SearchAnswer::default()
        }))
    }

    async fn autocomplete(
        &self,
        _: &OperationContext,
        _: AutocompleteRequest,
    ) -> Result<Answered<Vec<Suggestion>>, SearchError> {
        Ok(Answered::complete(Vec::new()))
    }

    async fn movies(
        &self,
        _: &OperationContext,
        ids: &[MovieId],
    ) -> Result<Answered<Vec<Option<Movie>>>, SearchError> {
        Ok(Answered::complete(vec![None; ids.len()]))
    }

    async fn similar(
        &self,
        _: &OperationContext,
        _: &MovieId,
        _: usize,
    ) -> Result<Answered<Vec<Movie>>, SearchError> {
        Ok(Answered::complete(Vec::new()))
    }

    async fn people(
        &self,
        _: &OperationContext,
        names: &[String],
    ) -> Result<Vec<Option<PersonSummary>>, SearchError> {
        Ok(vec![None; names.len()])
    }

    async fn costars(
        &self,
        _: &OperationContext,
        _: &str,
        _: usize,
    ) -> Result<Answered<Vec<Costar>>, SearchError> {
        Ok(Answered::complete(Vec::new()))
    }

    async fn costar_path(
        &self,
        _: &OperationContext,
        _: &str,
        _: &str,
    ) -> Result<Answered<Option<CostarPath>>, SearchError> {
        Ok(Answered::complete(None))
    }

    async fn info(&self, _: &OperationContext) -> Result<CatalogInfo, SearchError> {
        Err(SearchError::Unavailable)
    }

    async fn digest(&self, _: &OperationContext) -> Result<CatalogDigest, SearchError> {
        Err(SearchError::Unavailable)
    }

    async fn receipt(&self, _: &OperationContext, _: &str) -> Result<Option<ObjectReceipt>, SearchError> {
        Ok(None)
    }

    async fn receipts(&self, _: &OperationContext, _: ReceiptsRequest) -> Result<ReceiptPage, SearchError> {
        Ok(ReceiptPage::default())
    }

    fn revisions(&self) -> watch::Receiver<Revision> {
        watch::channel(Revision::default()).1
    }

    async fn restricted(&self, _: &Filter) -> Result<Arc<dyn Catalog>, SearchError> {
        Err(SearchError::Unavailable)
    }
}
