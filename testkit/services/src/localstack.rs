//! S3 and SQS on this machine.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::sync::OnceLock;

use crate::service;

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
        _ => {
            service::start("scripts/localstack.sh", "url", "localstack").filter(|address| !address.is_empty())
        }
    });
    let in_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty());
    assert!(!(in_ci && address.is_none()), "no LocalStack for {test}, and in CI nothing is skipped");
    if address.is_none() {
        eprintln!("SKIPPED {test}: no LocalStack (scripts/localstack.sh start tells why)");
    }
    address.clone()
}
