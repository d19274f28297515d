//! S3 and SQS on this machine.

use std::sync::OnceLock;

use wikimovie_testkit_skip::skipped;

use crate::service;

/// Address of LocalStack, as `AWS_ENDPOINT` names it or as `scripts/localstack.sh` starts it; shared by all tests, so
/// that names of buckets and queues must be of one test. Where it cannot be started, the test is reported as
/// skipped; in CI that is a failure.
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
    if address.is_none() {
        skipped(test, "no LocalStack (scripts/localstack.sh start shows why)");
    }
    address.clone()
}
