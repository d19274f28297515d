//! `wikimovie serve`: the index, the gateway and the watched folder in one process, until a signal to stop.

use std::{collections::BTreeMap, path::Path, process::ExitCode, time::Duration};

use tokio::sync::oneshot;
use wikimovie_api::{Gateway, PersistedDocuments, Server, auth::Authenticator};
use wikimovie_command::{CliError, log, output, signal};
use wikimovie_embedded::{Embedded, EmbeddedOptions};
use wikimovie_engine::OperationContext;
use wikimovie_ingest::{Folder, IngestError, Watcher};

use crate::config::ServeSettings;

/// Deadline of the first pass over the watched folder; then the addresses are printed anyway.
const FIRST_PASS_DEADLINE: Duration = Duration::from_secs(5);

/// Deadline at shutdown for a running pass; what it has not committed is applied at the next start.
const LAST_PASS_DEADLINE: Duration = Duration::from_secs(10);

/// Serves until SIGINT or SIGTERM.
pub(crate) fn run(settings: ServeSettings) -> Result<ExitCode, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::new(format!("threads cannot be started: {error}")))?;
    let inside = runtime.enter();
    let traces = log::start_traced("wikimovie", &settings.gateway.log, &settings.gateway.traces)?;
    drop(inside);
    let served = runtime.block_on(serve(settings));
    drop(traces);
    // A running question must not delay the exit.
    runtime.shutdown_background();
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve(settings: ServeSettings) -> Result<(), CliError> {
    let persisted = PersistedDocuments::open(settings.gateway.persisted)
        .map_err(|error| CliError::new(error.to_string()))?;
    let auth =
        Authenticator::new(&settings.gateway.auth).map_err(|error| CliError::new(error.to_string()))?;
    // Bound before the index is opened, so that a second wikimovie fails with the port in use, not with the lock.
    let server = Server::bind(settings.gateway.server).await?;
    let (base, admin) = (server.base_url(), server.admin_url());
    let folder = settings.watch.as_deref().map(watched).transpose()?;
    let folder = folder.map(|folder| folder.reading_by(settings.reading));
    let options = EmbeddedOptions {
        folder: settings.data_dir,
        deadline: settings.gateway.api.engine_deadline,
        rules: settings.rules,
    };
    let engine = Embedded::open(&options)?;
    // Installed before the first line is printed, so that a signal right after it is handled.
    let stop = signal::stop()
        .map_err(|error| CliError::new(format!("signal handlers cannot be installed: {error}")))?;

    let graphiql = settings.gateway.api.graphiql;
    let catalog = engine.catalog();
    let gateway = Gateway::new(engine.catalog(), engine.sealer(), settings.gateway.api)
        .with_persisted_documents(persisted)
        .with_auth(auth);
    let serving = tokio::spawn(server.serve(gateway, stop));

    let watcher = match folder {
        Some(folder) => Some(watch(folder, &engine).await?),
        None => None,
    };
    let movies = match catalog.info(&OperationContext::new()).await {
        Ok(info) => info.movies,
        Err(error) => return Err(CliError::new(error.to_string())),
    };
    let watched = watcher.as_ref().map(|(_, root)| root.as_str());
    Banner { base: &base, admin: admin.as_deref(), data_dir: &engine.folder(), watched, movies, graphiql }
        .print();

    let served = serving.await;
    tracing::info!("stopping");
    if let Some((watcher, _)) = watcher {
        let stopped =
            tokio::time::timeout(LAST_PASS_DEADLINE, tokio::task::spawn_blocking(|| watcher.stop())).await;
        if stopped.is_err() {
            tracing::warn!("a file was still being applied; it is applied again at the next start");
        }
    }
    match served {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(CliError::new(format!("the server failed: {error}"))),
        Err(panicked) => Err(CliError::new(panicked.to_string())),
    }
}

fn watched(path: &Path) -> Result<Folder, CliError> {
    Folder::watched(path).map_err(|error| CliError::cannot_read(path, &error))
}

/// Starts the watcher and waits for its first pass up to a deadline: a large folder continues to load in the
/// background.
async fn watch(folder: Folder, engine: &Embedded) -> Result<(Watcher, String), CliError> {
    let root = folder.root().display().to_string();
    let writer = engine.writer()?;
    let (first_pass, finished) = oneshot::channel();
    let mut first_pass = Some(first_pass);
    let watcher = Watcher::start(folder, Box::new(writer), move |result| {
        if let Some(first_pass) = first_pass.take() {
            let failed = match result {
                Err(IngestError::Write(error)) => Some(CliError::from(error)),
                Ok(_) | Err(_) => None,
            };
            let _ = first_pass.send(failed);
        }
    })
    .map_err(|error| CliError::new(format!("threads cannot be started: {error}")))?;
    match tokio::time::timeout(FIRST_PASS_DEADLINE, finished).await {
        Ok(Ok(Some(error))) => Err(error),
        Ok(_) => Ok((watcher, root)),
        Err(_) => {
            output::note("the watched folder is still loading; what is loaded can be searched");
            Ok((watcher, root))
        }
    }
}

/// Example questions for the terminal.
const QUESTIONS: &[(&str, &str)] = &[
    (
        "a title with a typo",
        r#"{ search(text: "the godfahter") { total { value } hits(first: 3) { nodes { title year } } } }"#,
    ),
    ("as you type", r#"{ autocomplete(prefix: "hepb", first: 5) { __typename text count } }"#),
    (
        "read as a decade and a genre, with facets",
        r#"{ search(text: "80s horror") { hits(first: 3) { nodes { title year cast } } facets { genres(first: 5) { values { value count } } } } }"#,
    ),
];

/// What `serve` prints once it is ready.
struct Banner<'a> {
    base: &'a str,
    admin: Option<&'a str>,
    data_dir: &'a Path,
    watched: Option<&'a str>,
    movies: u64,
    graphiql: bool,
}

impl Banner<'_> {
    fn print(&self) {
        let Self { base, movies, .. } = *self;
        output::line(format_args!("WIKIMovie    {base}/"));
        if self.graphiql {
            output::line(format_args!("GraphiQL     {base}/graphiql"));
        }
        output::line(format_args!("GraphQL      {base}/graphql   contract: {base}/schema.graphql"));
        if let Some(admin) = self.admin {
            output::line(format_args!("metrics      {admin}/metrics"));
        }
        output::line(format_args!("data folder  {}", self.data_dir.display()));
        if let Some(watched) = self.watched {
            output::line(format_args!("watched      {watched}"));
        }
        let hint =
            if movies == 0 { "   (load some: wikimovie load PATH, or set WIKIMOVIE_WATCH)" } else { "" };
        output::line(format_args!("movies       {}{hint}", output::number(movies)));
        output::line("\nThree questions to try:");
        for (what, question) in QUESTIONS {
            let body = serde_json::to_string(&BTreeMap::from([("query", question)])).unwrap_or_default();
            output::line(format_args!("\n  # {what}"));
            output::line(format_args!(
                "  curl -s {base}/graphql -H 'content-type: application/json' -d '{body}'"
            ));
        }
        output::line("\nctrl-c stops it.");
    }
}
