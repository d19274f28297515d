//! The engine on an Elasticsearch or OpenSearch cluster: the same plan as the embedded one, as typed DSL.
//!
//! [`wikimovie_plan::compile`] makes the plan, [`compile`] the DSL, [`batcher`] sends what one operation asks in one
//! request, [`response`] reads the answer. What typed text is read against, the vocabulary, is counted by the
//! cluster once a revision ([`vocabulary`]) and held in memory. Clusters find, score and count; highlights, names
//! and the reading of text are ours.

mod autocomplete;
mod batcher;
mod builds;
mod catalog;
mod client;
mod compile;
mod document;
mod facets;
mod index;
mod maintenance;
mod mapping;
mod people;
mod presence;
mod reader;
mod receipts;
mod response;
mod restricted;
mod search;
mod vocabulary;
mod writer;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use tokio::sync::watch;
use url::Url;
use wikimovie_domain::{Filter, Revision, SearchRequest};
use wikimovie_elasticsearch_dsl::{Aggregation, Query, Search, multi_search};
use wikimovie_engine::{
    OperationContext, catalog::Catalog, error::SearchError, token::Sealer, writer::WriteError,
};
use wikimovie_plan::{compile::Compiled, rules::Rules, vocabulary::Vocabulary};

pub use wikimovie_elasticsearch_client::Auth;

pub use self::{
    builds::{BuildStep, Comparison},
    writer::{ElasticsearchWriter, audit::LedgerAudit},
};
use self::{
    client::{Body, Call, Client, ClientOptions},
    compile::Sizes,
    index::Names,
    presence::Presence,
    response::{MultiSearchItem, MultiSearchResponse, SearchResponse},
    restricted::Restricted,
};

/// How to reach a cluster, and which index of it is ours.
#[derive(Clone, Debug)]
pub struct ElasticsearchOptions {
    /// Addresses of nodes, at least one; requests are spread over those that answer.
    pub urls: Vec<Url>,
    /// Who we are to the cluster.
    pub auth: Auth,
    /// Certificates (PEM, one or more) of an own authority to trust besides the usual ones.
    pub ca_certificates: Option<Vec<u8>>,
    /// Name of the read alias, and start of the names of all that is ours.
    pub index: String,
    /// Primary shards of an index that we create.
    pub shards: u32,
    /// Replicas of an index that we create.
    pub replicas: u32,
    /// Longest time a question may take, all attempts together.
    pub deadline: Duration,
    /// Secret that seals tokens; without one a secret kept in the cluster is used, which all replicas share.
    pub secret: Option<Vec<u8>>,
    /// Synonyms and pins.
    pub rules: Arc<Rules>,
}

/// The engine on a cluster. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Elasticsearch {
    shared: Arc<Shared>,
    /// The part of the catalogue that this handle sees; `None` for all of it.
    part: Option<Arc<Restricted>>,
}

struct Shared {
    client: Client,
    names: Names,
    shards: u32,
    replicas: u32,
    deadline: Duration,
    secret: Option<Vec<u8>>,
    rules: Arc<Rules>,
    sealer: Sealer,
    /// The newest revision that questions are read against; `None` until the cluster is prepared.
    view: ArcSwapOption<View>,
    revisions: watch::Sender<Revision>,
    /// When the cluster last said that `view` is of its current revision.
    confirmed: ArcSwapOption<Instant>,
    presence: Presence,
    plans: Plans,
    parts: moka::sync::Cache<Filter, Arc<Restricted>>,
}

/// Plans of questions asked lately, by hash of the question and number of the revision.
type Plans = moka::sync::Cache<(u64, u64), Arc<Compiled>>;

/// Plans remembered: at some 20 KB each about 20 MB.
const REMEMBERED_PLANS: u64 = 1_000;

fn plans() -> Plans {
    Plans::builder().max_capacity(REMEMBERED_PLANS).build()
}

/// Restrictions held ready at once, each with the words of its part of the catalogue.
const PARTS: u64 = 64;
const PART_IDLE: Duration = Duration::from_secs(900);

/// Time between two looks for a new revision.
const LOOK: Duration = Duration::from_secs(1);

/// The same while the cluster does not answer: what is remembered is true again as soon as it does.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// `User-Agent` of every request.
const USER_AGENT: &str = concat!("wikimovie-search/", env!("CARGO_PKG_VERSION"));

/// Name of this engine in answers.
const ENGINE: &str = "elasticsearch";

/// What is known of the catalogue at one revision.
#[derive(Debug)]
struct View {
    revision: Revision,
    vocabulary: Vocabulary,
    shards: u32,
    /// Name and version of the engine.
    about: String,
    /// What every movie must flush_competing that is looked at through this view.
    forced: Option<Query>,
    /// Seals the cursors of answers read through this view.
    sealer: Sealer,
    plans: Plans,
}

impl View {
    fn sizes(&self) -> Sizes {
        Sizes { shards: self.shards, people: self.vocabulary.people().len() }
    }

    /// Keeps a search within the view. The query still gives the points, the filter only withholds.
    fn force(&self, search: &mut Search) {
        if let Some(forced) = &self.forced {
            let query = std::mem::replace(&mut search.query, Query::ALL);
            search.query = query.within(forced.clone());
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Elasticsearch {
    /// An engine by these options; nothing is sent yet.
    ///
    /// # Errors
    /// One line that says which option cannot be used.
    pub fn new(options: &ElasticsearchOptions) -> Result<Self, String> {
        let client = Client::new(&ClientOptions {
            urls: options.urls.clone(),
            auth: options.auth.clone(),
            ca_certificates: options.ca_certificates.clone(),
            deadline: options.deadline,
            user_agent: USER_AGENT,
        })?;
        let sealer = Sealer::without_secret();
        if let Some(secret) = &options.secret {
            sealer.set_secret(secret);
        }
        let (revisions, _) = watch::channel(Revision::default());
        Ok(Self {
            part: None,
            shared: Arc::new(Shared {
                client,
                names: Names::new(&options.index),
                shards: options.shards,
                replicas: options.replicas,
                deadline: options.deadline,
                secret: options.secret.clone(),
                rules: Arc::clone(&options.rules),
                sealer,
                view: ArcSwapOption::empty(),
                revisions,
                confirmed: ArcSwapOption::empty(),
                presence: Presence::default(),
                plans: plans(),
                parts: moka::sync::Cache::builder().max_capacity(PARTS).time_to_idle(PART_IDLE).build(),
            }),
        })
    }

    /// Makes what is missing in the cluster and reads what questions need. Done once it returns `Ok`; to be called
    /// again after an error, which is [`WriteError::Incompatible`] only where trying again cannot help.
    ///
    /// # Errors
    /// As said.
    pub async fn prepare(&self) -> Result<(), WriteError> {
        let shared = &self.shared;
        shared.ensure().await?;
        if shared.secret.is_none() {
            shared.sealer.set_secret(&shared.shared_secret().await?);
        }
        shared.look(true).await?;
        Ok(())
    }

    /// Follows the cluster for ever: prepares it as soon as it answers, then reads each new revision. To be run
    /// as a task beside the gateway. Returns only where the index is not ours to read.
    pub async fn follow(&self) -> WriteError {
        while let Err(error) = self.prepare().await {
            if matches!(error, WriteError::Incompatible(_)) {
                return error;
            }
            tracing::warn!(%error, "the cluster is not ready yet");
            tokio::time::sleep(LOOK).await;
        }
        let mut rest = LOOK;
        loop {
            tokio::time::sleep(rest).await;
            rest = match self.shared.look(false).await {
                Ok(()) => LOOK,
                Err(error) => {
                    // Told once an outage.
                    if rest == LOOK {
                        tracing::warn!(%error, "the cluster's revision cannot be read; the previous one stays");
                    }
                    LOOK_AGAIN
                }
            };
        }
    }

    /// The read side. Questions fail with [`SearchError::Unavailable`] until the cluster is prepared.
    pub fn catalog(&self) -> Arc<dyn Catalog> {
        Arc::new(self.clone())
    }

    /// Seals and opens tokens; ready once the cluster is prepared.
    pub fn sealer(&self) -> Sealer {
        self.shared.sealer.clone()
    }

    /// The write side, for use outside of async code: it blocks on `runtime`.
    ///
    /// # Errors
    /// [`WriteError::LeaseTaken`] while another writer holds the index.
    pub fn writer(&self, runtime: tokio::runtime::Handle) -> Result<ElasticsearchWriter, WriteError> {
        ElasticsearchWriter::open(Arc::clone(&self.shared), runtime)
    }

    async fn view(&self) -> Result<Arc<View>, SearchError> {
        let whole = self.shared.view.load_full().ok_or(SearchError::Unavailable)?;
        match &self.part {
            Some(part) => part.view(&self.shared, &whole).await,
            None => Ok(whole),
        }
    }
}

impl Shared {
    /// Reads the catalogue's revision, and what questions need of it where it is a new one.
    async fn look(&self, always: bool) -> Result<(), SearchError> {
        let asked = Instant::now();
        self.check_presence().await?;
        let revision = self.stored_revision().await?;
        let known = self.view.load().as_ref().map(|view| view.revision);
        if !always && known == Some(revision) {
            self.confirmed.store(Some(Arc::new(asked)));
            return Ok(());
        }
        let (shards, about) = self.about().await?;
        let vocabulary = self.count_vocabulary(&Query::ALL).await?;
        let (sealer, plans) = (self.sealer.clone(), self.plans.clone());
        let view = View { revision, vocabulary, shards, about, forced: None, sealer, plans };
        self.view.store(Some(Arc::new(view)));
        self.revisions.send_if_modified(|current| {
            let news = current.number != revision.number;
            *current = revision;
            news
        });
        self.confirmed.store(Some(Arc::new(asked)));
        Ok(())
    }

    /// Asks one search in a request of its own, whose response may be long.
    async fn search_alone(&self, mut search: Search) -> Result<SearchResponse, SearchError> {
        let context = OperationContext::new();
        search.timeout = Some(self.search_timeout(&context));
        let item = self.send(&[search], &context, true).await?.pop();
        item.ok_or_else(|| response::unexpected_response("the response is empty"))?.found()
    }

    /// Time that the engine gets for a search. It gives up a little before we do, and returns what it has by then.
    fn search_timeout(&self, context: &OperationContext) -> String {
        let timeout = context.time_left(self.deadline).mul_f64(0.9).as_millis();
        [timeout.to_string().as_str(), "ms"].concat()
    }

    /// Sends searches in one HTTP request; a long response is better compressed.
    async fn send(
        &self,
        searches: &[Search],
        context: &OperationContext,
        gzip_answer: bool,
    ) -> Result<Vec<MultiSearchItem>, SearchError> {
        // Buckets that are only counted are not worth sending.
        let trim = searches.iter().any(|search| search.aggs.values().any(Aggregation::counts_all));
        let index = &self.names.read;
        let call = |kind: &str, trimmed: &str, body| Call {
            method: http::Method::POST,
            query: if trim { vec![("filter_path", trimmed.to_owned())] } else { Vec::new() },
            body: Some(body),
            deadline: Some(context.time_left(self.deadline)),
            headers: context.headers(),
            gzip_answer,
            ..Call::get(["/", index, kind].concat())
        };
        if let [search] = searches {
            let body = Body::Json(serde_json::to_vec(search)?.into());
            let reply = self.client.send(call("/_search", "-aggregations.*.all", body)).await?;
            return Ok(vec![reply.json()?]);
        }
        let body = Body::Ndjson(multi_search(searches)?);
        let reply = self.client.send(call("/_msearch", "-responses.aggregations.*.all", body)).await?;
        Ok(reply.json::<MultiSearchResponse>()?.responses)
    }
}

/// The DSL that a question with this plan is asked with, as [`wikimovie_domain::Explain`] tells it: one body, or a
/// list of them where several go in one `_msearch`. Pure.
///
/// # Errors
/// [`SearchError::BadCursor`] where a page starts at a cursor that is none of `sealer`'s.
pub fn to_dsl(
    plan: &wikimovie_plan::Plan,
    request: &SearchRequest,
    sealer: &Sealer,
) -> Result<serde_json::Value, SearchError> {
    let open = |token| wikimovie_engine::cursor::open(sealer, &request.question, token);
    let places = request.hits.iter().map(|hits| {
        let cursor = hits.page.cursor.as_deref().map(open).transpose()?;
        Ok(cursor.map(|cursor| cursor.sort_key([])))
    });
    let places = places.collect::<Result<Vec<_>, SearchError>>()?;
    let sizes = Sizes { shards: 1, people: 0 };
    let searches = compile::compile(plan, request, &places, sizes).searches;
    let json = match searches.as_slice() {
        [search] => serde_json::to_value(search),
        searches => serde_json::to_value(searches),
    };
    json.map_err(|error| SearchError::Engine(error.to_string()))
}

/// Body that creates an index of records: its settings and mapping.
pub fn index_body(shards: u32, replicas: u32) -> serde_json::Value {
    mapping::listings(shards, replicas)
}

/// A cursor of a question at some place, for trying what follows a page without asking for one.
#[doc(hidden)]
pub fn cursor_at(sealer: &Sealer, question: &wikimovie_domain::Question) -> String {
    let place = wikimovie_engine::cursor::SortKey {
        score: 7,
        prior: 500,
        year: 1999,
        order: "matrix\0test:1".to_owned(),
    };
    wikimovie_engine::cursor::Cursors::new(sealer, question, 1).seal(&place)
}
