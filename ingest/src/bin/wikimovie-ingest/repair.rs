//! What puts things right without being the writer: `reconcile`, `redrive`, `approve` send messages, and the worker does
//! the work; `reindex` builds the index beside it.

use std::{
    collections::HashMap,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Args;
use wikimovie_command::{CliError, LogArgs, cluster::ClusterArgs, output};
use wikimovie_elasticsearch::BuildStep;
use wikimovie_engine::LedgerRow;
use wikimovie_ingest::{
    Listed, Listing, Problem, Rules, Source,
    bucket::{Keys, ledger_key},
    queue::Queue as _,
};

use crate::settings::{AllArgs, AwsArgs, cluster, remote, runtime};

#[derive(Args, Debug)]
pub(crate) struct ReconcileArgs {
    /// Print the differences and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Kept for scripts: what the index holds of objects that the ledger does not know is always looked for
    #[arg(long = "rebuild", hide = true)]
    _rebuild: bool,
    #[command(flatten)]
    pub(crate) common: AllArgs,
}

#[derive(Args, Debug)]
pub(crate) struct RedriveArgs {
    #[command(flatten)]
    aws: AwsArgs,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ApproveArgs {
    /// Keys of objects, as `status` names them; one that ends in `/` means all objects below it that await approval
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
    #[command(flatten)]
    pub(crate) common: AllArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ReindexArgs {
    /// Switch back to the index that was in use before the last reindex
    #[arg(long, conflicts_with = "drop")]
    undo: bool,
    /// Delete the index that is not in use; the last reindex is then final
    #[arg(long)]
    drop: bool,
    #[command(flatten)]
    cluster: ClusterArgs,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

/// Addresses in one message: at 1,024 bytes a key well below what a queue takes.
const KEYS_AT_ONCE: usize = 100;

/// Lists the bucket, compares it with the ledger (and that with the index), and sends a hint for each key that differs. Status 1 where one does.
pub(crate) fn reconcile(args: &ReconcileArgs) -> Result<ExitCode, CliError> {
    let runtime = runtime()?;
    let aws = args.common.aws.connect(&runtime)?;
    let name = &args.common.aws.bucket;
    let bucket = args.common.aws.bucket(&aws, &runtime);
    let rules = Rules { mapping: None, vocabulary: args.common.genres.read()? };
    let listing = Keys::all(Arc::new(bucket)).reading_by(rules).list();
    let listing =
        listing.map_err(|error| CliError::new(format!("the bucket {name} cannot be listed: {error}")))?;
    let engine = cluster(&args.common.cluster)?;
    runtime.block_on(engine.prepare())?;
    let ledger = runtime.block_on(engine.audit())?.rows;

    let differing = differing(&listing, &ledger, &ledger_key(name, ""));
    let kept = listing.kept.iter().map(|kept| &kept.problem);
    let problems: Vec<&Problem> = listing.problems.iter().chain(kept).collect();
    problems.iter().for_each(|problem| output::note(&problem.message));
    for key in &differing {
        output::note(key);
    }
    if !args.dry_run && !differing.is_empty() {
        let (queue, _) = args.common.aws.queue(&aws, &runtime, Duration::from_secs(60))?;
        for keys in differing.chunks(KEYS_AT_ONCE) {
            let addresses: Vec<String> = keys.iter().map(|key| ["s3://", name, "/", key].concat()).collect();
            queue.send(&addresses.join("\n")).map_err(|error| remote(queue.url(), &error))?;
        }
    }
    output::line(format_args!(
        "{} of {} objects differ{}",
        output::number(differing.len() as u64),
        output::number(listing.objects.len() as u64),
        if args.dry_run || differing.is_empty() { "" } else { "; the worker is notified" }
    ));
    if !problems.is_empty() {
        output::line(format_args!(
            "{} objects cannot be compared and stay as they are",
            output::number(problems.len() as u64)
        ));
    }
    Ok(ExitCode::from(u8::from(!differing.is_empty() && args.dry_run)))
}

/// Keys of objects that the ledger has in another state, or not at all, or alone.
fn differing<'a>(listing: &'a Listing, ledger: &'a [LedgerRow], prefix: &str) -> Vec<&'a str> {
    let rows: HashMap<&str, &LedgerRow> = ledger.iter().map(|row| (row.key.as_str(), row)).collect();
    let is_done =
        |listed: &Listed| rows.get(listed.state.key.as_str()).is_some_and(|row| row.is_done(&listed.state));
    let changed = listing.objects.iter().filter(|listed| !is_done(listed));
    let mut keys: Vec<&str> = changed.map(|listed| listed.state.object.as_str()).collect();
    let vanished = listing.vanished(ledger).into_iter();
    keys.extend(vanished.filter_map(|row| row.key.strip_prefix(prefix)));
    keys
}

/// Longest that an object is looked at again after a worker was seen to be at it.
const AT_IT: Duration = Duration::from_secs(30);

/// Lets sweeps happen, and tells the worker to look at their objects again. Status 1 where a key has none that waits.
pub(crate) fn approve(args: &ApproveArgs) -> Result<ExitCode, CliError> {
    let runtime = runtime()?;
    let aws = args.common.aws.connect(&runtime)?;
    let (queue, _) = args.common.aws.queue(&aws, &runtime, Duration::from_secs(60))?;
    let engine = cluster(&args.common.cluster)?;
    runtime.block_on(engine.prepare())?;
    let bucket = &args.common.aws.bucket;
    let mut rows = runtime.block_on(engine.audit())?.rows;
    let mut left = approvable(&args.keys, bucket, &rows);
    let mut all_waited = !left.is_empty();
    let until = Instant::now() + AT_IT;
    loop {
        let mut at_it = Vec::new();
        for key in left {
            let wanted = ledger_key(bucket, &key);
            let Some(row) = rows.iter().find(|row| row.key == wanted) else {
                return Err(CliError::new(format!("the catalogue has no object {key}")));
            };
            if runtime.block_on(engine.approve(row))? {
                let address = ["s3://", bucket, "/", &key].concat();
                queue.send(&address).map_err(|error| remote(queue.url(), &error))?;
                let held = output::number(row.awaiting_approval());
                output::line(format_args!(
                    "approved: {held} movies of {key} are removed; the worker is notified"
                ));
            } else if row.awaiting_approval() == 0 || Instant::now() > until {
                output::line(format_args!("no sweep of {key} awaits approval"));
                all_waited = false;
            } else {
                at_it.push(key);
            }
        }
        if at_it.is_empty() {
            return Ok(ExitCode::from(u8::from(!all_waited)));
        }
        left = at_it;
        std::thread::sleep(Duration::from_millis(200));
        rows = runtime.block_on(engine.audit())?.rows;
    }
}

/// Keys of objects, once those that end in `/` are replaced by what waits below them.
fn approvable(keys: &[String], bucket: &str, rows: &[LedgerRow]) -> Vec<String> {
    let prefix = ledger_key(bucket, "");
    let waiting: Vec<&str> = rows
        .iter()
        .filter(|row| row.awaiting_approval() > 0)
        .filter_map(|row| row.key.strip_prefix(&prefix))
        .collect();
    let mut found = Vec::new();
    for key in keys {
        if !key.ends_with('/') {
            found.push(key.clone());
            continue;
        }
        let below: Vec<&str> = waiting.iter().copied().filter(|waiting| waiting.starts_with(key)).collect();
        if below.is_empty() {
            output::line(format_args!("no sweep below {key} awaits approval"));
        }
        found.extend(below.into_iter().map(str::to_owned));
    }
    found.sort();
    found.dedup();
    found
}

/// Builds the index anew, goes back to the former one, or drops that.
pub(crate) fn reindex(args: &ReindexArgs) -> Result<ExitCode, CliError> {
    let runtime = runtime()?;
    let engine = cluster(&args.cluster)?;
    if args.drop {
        match runtime.block_on(engine.drop_build())? {
            Some(index) => output::line(format_args!("{index} is deleted")),
            None => output::line("there is only one index"),
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut tell = |step: BuildStep| match step {
        BuildStep::Waiting => output::note("waiting for the writer to write to both indices"),
        BuildStep::Copying(documents) => {
            output::note(format_args!("{} documents copied", output::number(documents)))
        }
        BuildStep::Comparing => output::note("comparing both indices"),
        BuildStep::Swapped(index) => output::note(format_args!("{index} is in use")),
    };
    let compared = if args.undo {
        runtime.block_on(engine.undo_reindex(&mut tell))?
    } else {
        runtime.block_on(engine.reindex(&mut tell))?
    };
    output::line(format_args!(
        "{} documents are equal in both indices; the former index is kept and written to: `reindex --undo` \
         switches back to it, `reindex --drop` deletes it",
        output::number(compared.documents)
    ));
    Ok(ExitCode::SUCCESS)
}

/// Puts dead letters back into the queue.
pub(crate) fn redrive(args: &RedriveArgs) -> Result<ExitCode, CliError> {
    let runtime = runtime()?;
    let aws = args.aws.connect(&runtime)?;
    let (queue, _) = args.aws.queue(&aws, &runtime, Duration::from_secs(60))?;
    let Some(dead) = queue.dead_letter_queue() else {
        return Err(CliError::new(format!("the queue {} has no dead-letter queue", args.aws.queue)));
    };
    let failed = |error| remote(dead.url(), &error);
    // Those that are still bad come back meanwhile: only what is there now is moved.
    let (mut waiting, _) = dead.depth().map_err(failed)?;
    let mut moved = 0_u64;
    while waiting > 0 {
        let most = usize::try_from(waiting.min(10)).unwrap_or(10);
        let messages = dead.receive(most, Duration::from_secs(1)).map_err(failed)?;
        if messages.is_empty() {
            break;
        }
        waiting = waiting.saturating_sub(messages.len() as u64);
        for message in messages {
            // Sent first: a message twice does no harm.
            queue.send(&message.body).map_err(failed)?;
            dead.delete(&[message.handle]).map_err(failed)?;
            moved += 1;
        }
    }
    output::line(format_args!("{} dead letters moved back to the queue", output::number(moved)));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use wikimovie_engine::ObjectState;
    use wikimovie_ingest::sync::Kept;

    use super::*;

    #[test]
    fn objects_that_cannot_be_read_are_not_gone() {
        let state = |object: &str| ObjectState {
            key: ["s3/b/", object].concat(),
            object: object.to_owned(),
            provider: "p".to_owned(),
            modified_ms: 1,
            fingerprint: "f".to_owned(),
        };
        let problem = |object: &str| Problem { object: object.to_owned(), message: String::new() };
        // So many that they must not be compared with each other.
        let unread: Vec<String> = (0..100_000).map(|n| format!("acme/{n}")).collect();
        let listing = Listing {
            objects: vec![Listed { state: state("zenith/new"), bytes: 1 }],
            scope: Some("s3/b/".to_owned()),
            unread: unread.iter().map(|object| ["s3/b/", object].concat()).collect(),
            unknown: ["s3/b/dark/er/", "s3/b/dark/", "s3/b/dark/"].map(str::to_owned).to_vec(),
            kept: vec![Kept { key: "s3/b/kept".into(), provider: "p".into(), problem: problem("kept") }],
            ..Listing::default()
        };
        let others = ["dark/a", "dark/er/b", "dark", "kept", "zenith/gone"].into_iter();
        let ledger: Vec<LedgerRow> = unread
            .iter()
            .map(String::as_str)
            .chain(others)
            .map(|object| LedgerRow::in_progress(&state(object)))
            .chain([LedgerRow::in_progress(&ObjectState { key: "watch/a".into(), ..state("a") })])
            .collect();
        assert_eq!(differing(&listing, &ledger, "s3/b/"), ["zenith/new", "dark", "zenith/gone"]);
    }
}
