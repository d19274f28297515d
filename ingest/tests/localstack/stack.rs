//! A worker on what `scripts/localstack-stack.sh` has made of the variables of Terraform's example: bucket, queue,
//! dead-letter queue and notification.

use std::{path::Path, process::Command};

use serde_json::Value;
use wikimovie_ingest::{bucket::Bucket, queue::Queue};
use wikimovie_testkit_services::{engines, localstack};

use super::{list, text, worker::Place};

/// Runs the script with the example's variables, but for the names.
fn make(endpoint: &str, name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let given = std::fs::read(root.join("terraform/examples/localstack/terraform.tfvars.json")).unwrap();
    let mut variables: Value = serde_json::from_slice(&given).unwrap();
    variables["bucket"] = name.into();
    variables["queue"] = name.into();
    let file = tempfile::Builder::new().suffix(".tfvars.json").tempfile().unwrap();
    std::fs::write(file.path(), variables.to_string()).unwrap();
    let mut script = Command::new("scripts/localstack-stack.sh");
    script.arg(file.path()).current_dir(root).env("AWS_ENDPOINT", endpoint);
    // What was made is there: once more it changes nothing.
    for _ in 0..2 {
        let made = script.output().unwrap();
        let told = text(&made);
        assert!(made.status.success() && told.contains(&format!("WORKER_QUEUE={name}")), "{told}");
    }
}

#[test]
fn a_worker_ingests_through_the_stack_of_terraform() {
    let Some(endpoint) = localstack("the stack of Terraform") else { return };
    for engine in engines("the stack of Terraform") {
        let place = Place::made(&endpoint, &engine, |_, _, name| make(&endpoint, name));
        let worker = place.worker(30);
        place.put("acme/a b+c.ndjson", &list(&["One", "Two"]));
        place.until(&["One", "Two"]);
        place.bucket.delete("acme/a b+c.ndjson").unwrap();
        place.put("globex/new.ndjson", &list(&["Three"]));
        place.until(&["Three"]);
        // Put between the two looks of `head`, it is listed and not found.
        let receipt =
            || place.bucket.head("receipts/globex/new.ndjson.json").is_ok_and(|head| head.is_some());
        place.until_is("a receipt", receipt);

        place.queue.send("hello").unwrap();
        let dead = place.queue.dead_letter_queue().unwrap();
        place.until_is("a dead letter and nothing else", || place.is_quiet() && dead.depth().unwrap().0 == 1);
        assert_eq!(worker.terminate().0, Some(0));
        assert_eq!(dead.receive(1, std::time::Duration::ZERO).unwrap()[0].body, "hello");
    }
}
