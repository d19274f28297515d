//! S3 and SQS on this machine.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::{path::Path, process::Command, sync::OnceLock};

/// Address of LocalStack, as `AWS_ENDPOINT` names it or as `scripts/localstack.sh` starts it; shared by all tests, so
/// that names of buckets and queues must be of one test. Where a tool for that is missing, says so in a line; in CI
/// (`CI` is set) that is a failure.
///
/// # Panics
/// In CI, where it cannot be started.
pub fn localstack(test: &str) -> Option<String> {
    static ADDRESS: OnceLock<Option<String>> = OnceLock::new();
    let address = ADDRESS.get_or_init(|| match std::env::var("AWS_ENDPOINT") {
        Ok(address) if !address.is_empty() => Some(address),
        _ => started(),
    });
    let in_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty());
    assert!(!(in_ci && address.is_none()), "no LocalStack for {test}, and in CI nothing is skipped");
    if address.is_none() {
        eprintln!("SKIPPED {test}: no LocalStack (scripts/localstack.sh start tells why)");
    }
    address.clone()
}

fn started() -> Option<String> {
    let script = |argument: &str| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let output = Command::new("scripts/localstack.sh").arg(argument).current_dir(root).output().ok()?;
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    script("start")?;
    script("url").filter(|address| !address.is_empty())
}
