//! What only looks: `status`, `why`, `validate`.

use std::{io::Read, path::Path, process::ExitCode, sync::Arc, time::Duration};

use clap::Args;
use serde::Serialize;
use wikimovie_command::{CliError, LogArgs, output};
use wikimovie_domain::{Movie, MovieId, ObjectReceipt, Reading, Refusal};
use wikimovie_elasticsearch::LedgerAudit;
use wikimovie_engine::{OperationContext, RowState};
use wikimovie_ingest::{
    Folder, MovieReader, Rules, Source,
    bucket::Keys,
    command::{GenresArgs, MappingArgs},
    document::Origin,
    folder::provider_of,
};

use crate::settings::{AllArgs, AwsArgs, cluster, remote, runtime};

#[derive(Args, Debug)]
pub(crate) struct WhyArgs {
    /// Id of a movie, such as acme:psycho-1960
    id: String,
    #[command(flatten)]
    pub(crate) common: AllArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ValidateArgs {
    /// File, folder, or s3://bucket/key
    #[arg(value_name = "PATH|s3://BUCKET/KEY", required = true)]
    paths: Vec<String>,
    #[command(flatten)]
    mapping: MappingArgs,
    #[command(flatten)]
    genres: GenresArgs,
    #[command(flatten)]
    aws: AwsArgs,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

/// Counts what waits and what is there.
pub(crate) fn status(args: &AllArgs) -> Result<ExitCode, CliError> {
    let runtime = runtime()?;
    let aws = args.aws.connect(&runtime)?;
    output::line(format_args!("aws            {}", aws.describe()));
    let (queue, _) = args.aws.queue(&aws, &runtime, Duration::from_secs(60))?;
    let depth =
        |queue: &wikimovie_ingest::aws::SqsQueue| queue.depth().map_err(|error| remote(queue.url(), &error));
    let (waiting, taken) = depth(&queue)?;
    output::line(format_args!(
        "queue          {} waiting, {} in flight",
        output::number(waiting),
        output::number(taken)
    ));
    if let Some(dead) = queue.dead_letter_queue() {
        output::line(format_args!("dead letters   {}", output::number(depth(&dead)?.0)));
    }
    let engine = cluster(&args.cluster)?;
    let missing = runtime.block_on(engine.missing())?;
    if !missing.is_empty() {
        for index in missing {
            output::line(format_args!("missing        the index {index}: the worker creates and fills it"));
        }
        return Ok(ExitCode::from(1));
    }
    runtime.block_on(engine.prepare())?;
    let info = runtime
        .block_on(engine.catalog().info(&OperationContext::new()))
        .map_err(|error| CliError::new(error.to_string()))?;
    let LedgerAudit { rows: ledger, differing } = runtime.block_on(engine.audit())?;
    let in_progress = ledger.iter().filter(|row| row.state == RowState::InProgress).count();
    let receipts = ledger.iter().filter_map(|row| row.receipt.as_ref());
    let refused: u64 = receipts.map(|receipt| receipt.refused).sum();
    output::line(format_args!("cluster        {}", info.engine_version));
    output::line(format_args!("movies         {}", output::number(info.movies)));
    output::line(format_args!(
        "objects        {}, {in_progress} of them in progress",
        output::number(ledger.len() as u64)
    ));
    if !differing.is_empty() {
        output::line(format_args!(
            "lost           {} objects are not in the index as the ledger says: the worker applies them again",
            output::number(differing.len() as u64)
        ));
    }
    output::line(format_args!("refused        {} records", output::number(refused)));
    for row in ledger.iter().filter(|row| row.awaiting_approval() > 0) {
        let held = output::number(row.awaiting_approval());
        output::line(format_args!(
            "approval       {}: {held} movies would be removed (see approve)",
            row.object
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Why a movie is shown as it is: the object that lists it, and what became of that.
pub(crate) fn why(args: &WhyArgs) -> Result<ExitCode, CliError> {
    let id = MovieId::parse(&args.id).ok_or_else(|| {
        CliError::new(format!("{:?} is not the id of a movie (provider, colon, id)", args.id))
    })?;
    let runtime = runtime()?;
    let engine = cluster(&args.common.cluster)?;
    runtime.block_on(engine.prepare())?;
    let said = |error: wikimovie_engine::SearchError| CliError::new(error.to_string());
    let catalog = engine.catalog();
    let found = runtime
        .block_on(catalog.movies(&OperationContext::new(), std::slice::from_ref(&id)))
        .map_err(said)?
        .value;
    let Some(movie) = found.into_iter().next().flatten() else {
        output::line(format_args!("no object lists {id}"));
        return Ok(ExitCode::from(1));
    };
    let origin = &movie.provenance;
    output::line(format_args!("title          {}", movie.title));
    output::line(format_args!("object         {}, record {}", origin.object, origin.record));
    output::line(format_args!("generation     {}", origin.generation));
    if let Some(receipt) =
        runtime.block_on(catalog.receipt(&OperationContext::new(), &origin.object)).map_err(said)?
    {
        let ObjectReceipt { accepted, refused, merged, .. } = receipt;
        output::line(format_args!("its receipt    {accepted} accepted, {merged} merged, {refused} refused"));
    }
    Ok(ExitCode::SUCCESS)
}

/// What an object would come to.
#[derive(Debug, Serialize)]
struct Verdict {
    object: String,
    accepted: u64,
    refused: u64,
    bytes: u64,
    /// The first refusals; `refused` counts all.
    refusals: Vec<Refusal>,
    /// How it would be read.
    reading: Reading,
    /// The first movies, as they would be stored.
    movies: Vec<Movie>,
}

/// Movies shown of an object.
const SHOWN_MOVIES: usize = 3;

/// Reads as the worker would, and writes nothing. Status 1 where a record is refused.
pub(crate) fn validate(args: &ValidateArgs) -> Result<ExitCode, CliError> {
    let mut verdicts = Vec::new();
    let rules = args.mapping.rules(args.genres.read()?)?;
    for path in &args.paths {
        match path.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) {
            Some((bucket, key)) => {
                let runtime = runtime()?;
                let aws = args.aws.connect(&runtime)?;
                let bucket = AwsArgs { bucket: bucket.to_owned(), ..args.aws.clone() }.bucket(&aws, &runtime);
                let source = Keys::some(Arc::new(bucket), vec![key.to_owned()]).reading_by(rules.clone());
                verdicts.extend(judge_all(path, &source)?);
            }
            None => {
                let path = Path::new(path);
                let folder = Folder::loaded(path).map_err(|error| CliError::cannot_read(path, &error))?;
                let folder = folder.reading_by(rules.clone());
                verdicts.extend(judge_all(&path.display().to_string(), &folder)?);
            }
        }
    }
    let json = serde_json::to_string_pretty(&verdicts).map_err(|error| CliError::new(error.to_string()))?;
    output::line(json);
    let refused = verdicts.iter().any(|verdict| verdict.refused > 0);
    Ok(ExitCode::from(u8::from(refused)))
}

fn judge_all(place: &str, source: &dyn Source) -> Result<Vec<Verdict>, CliError> {
    let told = |error: std::io::Error| CliError::new(format!("{place} cannot be read: {error}"));
    let listing = source.list().map_err(told)?;
    let kept = listing.kept.iter().map(|kept| &kept.problem);
    if let Some(problem) = listing.problems.iter().chain(kept).next() {
        return Err(CliError::new(problem.message.clone()));
    }
    if !listing.gone.is_empty() {
        return Err(CliError::new(format!("{place} does not exist")));
    }
    let judged = listing.objects.iter().map(|listed| {
        let content = source.opener(&listed.state)().map_err(told)?;
        judge(&listed.state.object, content, source.rules(&listed.state)).map_err(told)
    });
    judged.collect()
}

fn judge(object: &str, content: impl Read + Send, rules: Rules) -> std::io::Result<Verdict> {
    let provider = provider_of(object).map_err(std::io::Error::other)?.to_owned();
    let origin = Origin { provider, object: object.to_owned(), generation: 0 };
    let mut reader = MovieReader::by(content, origin, rules);
    let mut verdict = Verdict {
        object: object.to_owned(),
        accepted: 0,
        refused: 0,
        bytes: 0,
        refusals: Vec::new(),
        reading: Reading::default(),
        movies: Vec::new(),
    };
    for movie in &mut reader {
        match movie {
            Ok(movie) => {
                verdict.accepted += 1;
                if verdict.movies.len() < SHOWN_MOVIES {
                    verdict.movies.push(movie);
                }
            }
            Err(refusal) => {
                verdict.refused += 1;
                if verdict.refusals.len() < ObjectReceipt::MAX_REFUSALS {
                    verdict.refusals.push(refusal);
                }
            }
        }
    }
    verdict.bytes = reader.bytes();
    verdict.reading = reader.reading();
    reader.take_failure().map_or(Ok(verdict), Err)
}
