//! The stack as Terraform has applied it to its provider of schemas.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{parse_text, sorted, sorted_by_prefix};

/// Reads what `terraform show -json` prints.
///
/// # Errors
/// Where a resource is missing, or there is one that the other way does not make.
pub(super) fn read(state: &Value) -> Result<Value> {
    let modules =
        state["values"]["root_module"]["child_modules"].as_array().context("the state has no modules")?;
    let resources = modules.iter().filter_map(|module| module["resources"].as_array()).flatten();
    let mut found: BTreeMap<&str, &Value> = resources
        .filter(|resource| resource["mode"] == "managed")
        .filter_map(|resource| Some((resource["address"].as_str()?, &resource["values"])))
        .collect();
    let mut take =
        |address: &str| found.remove(address).with_context(|| format!("Terraform makes no {address}"));
    let mut of_bucket = |kind: &str| take(&format!("module.bucket.aws_s3_bucket{kind}.this"));
    let bucket = of_bucket("")?;
    let versioning = of_bucket("_versioning")?;
    let encryption = of_bucket("_server_side_encryption_configuration")?;
    let public = of_bucket("_public_access_block")?;
    let ownership = of_bucket("_ownership_controls")?;
    let policy = of_bucket("_policy")?;
    let lifecycle = of_bucket("_lifecycle_configuration")?;
    let notification = of_bucket("_notification")?;
    let queue = take("module.queue.aws_sqs_queue.this")?;
    let dead = take("module.queue.aws_sqs_queue.dead_letters")?;
    let queue_policy = take("module.queue.aws_sqs_queue_policy.this")?;
    let dead_policy = take("module.queue.aws_sqs_queue_policy.dead_letters")?;
    let allow = take("module.queue.aws_sqs_queue_redrive_allow_policy.dead_letters")?;
    if !found.is_empty() {
        bail!(
            "Terraform makes what the script does not: {}",
            found.into_keys().collect::<Vec<_>>().join(", ")
        );
    }
    let rule = |rule: &Value| {
        json!({
            "id": rule["id"],
            "noncurrent_days": rule["noncurrent_version_expiration"][0]["noncurrent_days"],
            "markers": rule["expiration"][0]["expired_object_delete_marker"],
            "multipart_days": rule["abort_incomplete_multipart_upload"][0]["days_after_initiation"],
        })
    };
    let queue_of = |each: &Value| {
        let prefix = each["filter_prefix"].as_str().unwrap_or_default();
        json!({"queue": each["queue_arn"], "events": sorted(&each["events"]), "prefix": prefix})
    };
    let list = |value: &Value, read: &dyn Fn(&Value) -> Value| -> Vec<Value> {
        value.as_array().into_iter().flatten().map(read).collect()
    };
    Ok(json!({
        "bucket": {
            "name": bucket["bucket"],
            "versioning": versioning["versioning_configuration"][0]["status"],
            "encryption": encryption["rule"][0]["apply_server_side_encryption_by_default"][0]["sse_algorithm"],
            "public": {
                "BlockPublicAcls": public["block_public_acls"],
                "BlockPublicPolicy": public["block_public_policy"],
                "IgnorePublicAcls": public["ignore_public_acls"],
                "RestrictPublicBuckets": public["restrict_public_buckets"],
            },
            "ownership": ownership["rule"][0]["object_ownership"],
            "policy": parse_text(&policy["policy"])?,
            "lifecycle": list(&lifecycle["rule"], &rule),
            "notifications": sorted_by_prefix(list(&notification["queue"], &queue_of)),
        },
        "queue": {
            "name": queue["name"],
            "visibility": queue["visibility_timeout_seconds"],
            "retention": queue["message_retention_seconds"],
            "wait": queue["receive_wait_time_seconds"],
            "encrypted": queue["sqs_managed_sse_enabled"],
            "redrive": parse_text(&queue["redrive_policy"])?,
            "policy": parse_text(&queue_policy["policy"])?,
        },
        "dead_letters": {
            "name": dead["name"],
            "retention": dead["message_retention_seconds"],
            "encrypted": dead["sqs_managed_sse_enabled"],
            "sources": parse_text(&allow["redrive_allow_policy"])?,
            "policy": parse_text(&dead_policy["policy"])?,
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(resources: &[&str]) -> Value {
        let resources: Vec<Value> = resources
            .iter()
            .map(|address| json!({"mode": "managed", "address": address, "values": {"policy": "{}"}}))
            .collect();
        json!({"values": {"root_module": {"child_modules": [{"resources": resources}]}}})
    }

    #[test]
    fn a_missing_resource_is_named() {
        let error = read(&state(&["module.bucket.aws_s3_bucket.this"])).expect_err("most are missing");
        assert!(error.to_string().contains("no module.bucket.aws_s3_bucket_versioning.this"), "{error}");
        assert!(read(&json!({})).is_err());
    }
}
