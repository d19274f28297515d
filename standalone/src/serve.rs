//! `wikimovie serve`: the index, the gateway and the watched folder in one process, until told to stop.

use std::{io, path::Path, process::ExitCode, time::Duration};

use tokio::sync::oneshot;
use wikimovie_api::{Documents, Gateway, Server, auth::Authenticator};
use wikimovie_command::{Failure, log, say, signal};
use wikimovie_embedded::{Embedded, EmbeddedOptions};
use wikimovie_engine::WriteError;
use wikimovie_ingest::{Folder, IngestError, Watcher};

use crate::config::ServeSettings;

/// Longest wait for the first look at the watched folder before the addresses are printed.
const FIRST_LOOK: Duration = Duration::from_secs(5);

/// Longest wait at the end for a look that is under way; what it has not committed is done at the next start.
const LAST_LOOK: Duration = Duration::from_secs(10);

/// Serves until SIGINT or SIGTERM.
pub(crate) fn run(settings: ServeSettings) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("no threads can be started: {error}")))?;
    let inside = runtime.enter();
    let traces = log::start_traced("wikimovie", &settings.gateway.log, &settings.gateway.traces)?;
    drop(inside);
    let served = runtime.block_on(serve(settings));
    drop(traces);
    // A question still being answered must not hold up the end.
    runtime.shutdown_background();
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve(settings: ServeSettings) -> Result<(), Failure> {
    let documents =
        Documents::open(settings.gateway.documents).map_err(|error| Failure::new(error.to_string()))?;
    let auth = Authenticator::new(&settings.gateway.auth).map_err(|error| Failure::new(error.to_string()))?;
    // Before the index is opened: another wikimovie on this port is told as that, not as a lock.
    let server = Server::bind(settings.gateway.server).await?;
    let (base, admin) = (server.base_url(), server.admin_url());
    let folder = settings.watch.as_deref().map(watched).transpose()?;
    let options = EmbeddedOptions {
        folder: settings.data_dir,
        deadline: settings.gateway.api.engine_deadline,
        rules: settings.rules,
    };
    let engine = Embedded::open(&options)?;
    // Armed before anything is told, so that a signal right after the first line is heard.
    let stop = signal::stop().map_err(|error| Failure::new(format!("signals cannot be heard: {error}")))?;

    let graphiql = settings.gateway.api.graphiql;
    let catalog = engine.catalog();
    let gateway = Gateway::new(engine.catalog(), engine.sealer(), settings.gateway.api)
        .with_documents(documents)
        .with_auth(auth);
    let serving = tokio::spawn(server.serve(gateway, stop));

    let watcher = match folder {
        Some(folder) => Some(watch(folder, &engine).await?),
        None => None,
    };
    let movies = match catalog.info().await {
        Ok(info) => info.movies,
        Err(error) => return Err(Failure::new(error.to_string())),
    };
    let watched = watcher.as_ref().map(|(_, root)| root.as_str());
    greet(&base, admin.as_deref(), &engine.folder(), watched, movies, graphiql);

    let served = serving.await;
    tracing::info!("stopping");
    if let Some((watcher, _)) = watcher {
        let stopped = tokio::time::timeout(LAST_LOOK, tokio::task::spawn_blocking(|| watcher.stop())).await;
        if stopped.is_err() {
            tracing::warn!("a file was still being applied and is applied again at the next start");
        }
    }
    match served {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Failure::new(format!("serving broke off: {error}"))),
        Err(panicked) => Err(Failure::new(panicked.to_string())),
    }
}

fn watched(path: &Path) -> Result<Folder, Failure> {
    Folder::watched(path).map_err(|error| Failure::reading(path, &error))
}

/// Starts to watch and waits for the first look, though not for ever: a big folder goes on loading behind the
/// gateway.
async fn watch(folder: Folder, engine: &Embedded) -> Result<(Watcher, String), Failure> {
    let root = folder.root().display().to_string();
    let writer = engine.writer()?;
    let (looked, first_look) = oneshot::channel();
    let mut looked = Some(looked);
    let watcher = Watcher::start(folder, Box::new(writer), move |result| {
        if let Some(looked) = looked.take() {
            let failed = match result {
                Err(IngestError::Write(error)) => Some(told(error)),
                Ok(_) | Err(_) => None,
            };
            let _ = looked.send(failed);
        }
    })
    .map_err(|error| Failure::new(format!("no threads can be started: {error}")))?;
    match tokio::time::timeout(FIRST_LOOK, first_look).await {
        Ok(Ok(Some(failure))) => Err(failure),
        Ok(_) => Ok((watcher, root)),
        Err(_) => {
            say::note("the watched folder is still being loaded; what is done can be searched");
            Ok((watcher, root))
        }
    }
}

/// The failure of an error that is not ours to take.
fn told(error: &WriteError) -> Failure {
    Failure::from(match error {
        WriteError::Locked(folder) => WriteError::Locked(folder.clone()),
        WriteError::Incompatible(message) => WriteError::Incompatible(message.clone()),
        WriteError::Engine(message) => WriteError::Engine(message.clone()),
        WriteError::Unavailable { operation } => WriteError::Unavailable { operation },
        WriteError::Slow { operation, after } => WriteError::Slow { operation, after: *after },
        WriteError::TooLarge => WriteError::TooLarge,
        WriteError::LeaseTaken(index) => WriteError::LeaseTaken(index.clone()),
        WriteError::IndexChanged(message) => WriteError::IndexChanged(message.clone()),
        WriteError::Storage { folder, source } => WriteError::Storage {
            folder: folder.clone(),
            source: io::Error::new(source.kind(), source.to_string()),
        },
    })
}

/// Questions that show what there is, in the words of the contract.
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

fn greet(base: &str, admin: Option<&str>, data: &Path, watched: Option<&str>, movies: u64, graphiql: bool) {
    say::line(format_args!("WIKIMovie    {base}/"));
    if graphiql {
        say::line(format_args!("GraphiQL     {base}/graphiql"));
    }
    say::line(format_args!("GraphQL      {base}/graphql   contract: {base}/schema.graphql"));
    if let Some(admin) = admin {
        say::line(format_args!("metrics      {admin}/metrics"));
    }
    say::line(format_args!("data folder  {}", data.display()));
    if let Some(watched) = watched {
        say::line(format_args!("watched      {watched}"));
    }
    let hint = if movies == 0 { "   (load some: wikimovie load PATH, or set WIKIMOVIE_WATCH)" } else { "" };
    say::line(format_args!("movies       {}{hint}", say::number(movies)));
    say::line("\nThree questions to try:");
    for (what, question) in QUESTIONS {
        let body = serde_json::json!({ "query": question });
        say::line(format_args!("\n  # {what}"));
        say::line(format_args!("  curl -s {base}/graphql -H 'content-type: application/json' -d '{body}'"));
    }
    say::line("\nctrl-c stops it.");
}
