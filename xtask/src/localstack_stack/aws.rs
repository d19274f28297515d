//! The stack on LocalStack, by the client of AWS that LocalStack brings: xtask links none.

use std::{
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};

use super::{parse_text, sorted, sorted_by_prefix};

/// The program that calls AWS, a line for each call.
const PROGRAM: &str = "scripts/deploy/aws_calls.py";

/// Codes of a bucket that is there.
const THERE: [&str; 2] = ["BucketAlreadyOwnedByYou", "BucketAlreadyExists"];

/// The running program.
pub(super) struct Client {
    calls: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    program: Child,
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// What a call that failed says.
struct CallError {
    code: String,
    message: String,
}

impl Client {
    /// Starts the program.
    ///
    /// # Errors
    /// Where it does not start.
    pub(super) fn start(python: &Path, endpoint: &str, region: &str) -> Result<Self> {
        let mut command = Command::new(python);
        command.arg(PROGRAM).env("AWS_ENDPOINT", endpoint).env("AWS_REGION", region);
        let mut program = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", python.display()))?;
        let calls = program.stdin.take().context("the program has no input")?;
        let answers = BufReader::new(program.stdout.take().context("the program has no output")?).lines();
        Ok(Client { calls, answers, program })
    }

    fn call(&mut self, service: &str, operation: &str, parameters: &Value) -> Result<Value> {
        match self.try_call(service, operation, parameters)? {
            Ok(answer) => Ok(answer),
            Err(CallError { message, .. }) => bail!("{service} {operation}: {message}"),
        }
    }

    fn try_call(
        &mut self,
        service: &str,
        operation: &str,
        parameters: &Value,
    ) -> Result<std::result::Result<Value, CallError>> {
        let call = json!({"service": service, "operation": operation, "parameters": parameters});
        writeln!(self.calls, "{call}")?;
        let line = self.answers.next().with_context(|| format!("{PROGRAM} ended: is boto3 installed?"))??;
        let mut result: Value = serde_json::from_str(&line)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        if let Some(error) = result.get("error") {
            return Ok(Err(CallError { code: text(&error["code"]), message: text(&error["message"]) }));
        }
        Ok(Ok(result["answer"].take()))
    }

    /// Makes what the description says; what is there gets the same settings.
    ///
    /// # Errors
    /// At the first call that fails.
    pub(super) fn make(&mut self, stack: &Value, region: &str) -> Result<()> {
        let (queue, dead) = (&stack["queue"], &stack["dead_letters"]);
        let dead_url = self.make_queue(
            dead,
            &json!({
                "MessageRetentionPeriod": dead["retention"],
                "SqsManagedSseEnabled": dead["encrypted"],
                "Policy": dead["policy"],
            }),
        )?;
        self.make_queue(
            queue,
            &json!({
                "VisibilityTimeout": queue["visibility"],
                "MessageRetentionPeriod": queue["retention"],
                "ReceiveMessageWaitTimeSeconds": queue["wait"],
                "SqsManagedSseEnabled": queue["encrypted"],
                "RedrivePolicy": queue["redrive"],
                "Policy": queue["policy"],
            }),
        )?;
        let allow = texts(&json!({"RedriveAllowPolicy": dead["sources"]}));
        self.call("sqs", "set_queue_attributes", &json!({"QueueUrl": dead_url, "Attributes": allow}))?;
        self.make_bucket(&stack["bucket"], region)
    }

    fn make_queue(&mut self, queue: &Value, attributes: &Value) -> Result<Value> {
        let url = self.call("sqs", "create_queue", &json!({"QueueName": queue["name"]}))?["QueueUrl"].take();
        self.call("sqs", "set_queue_attributes", &json!({"QueueUrl": url, "Attributes": texts(attributes)}))?;
        Ok(url)
    }

    fn make_bucket(&mut self, bucket: &Value, region: &str) -> Result<()> {
        let name = &bucket["name"];
        let mut create = json!({"Bucket": name});
        // The first region is the one that is not named.
        if region != "us-east-1" {
            create["CreateBucketConfiguration"] = json!({"LocationConstraint": region});
        }
        if let Err(CallError { code, message }) = self.try_call("s3", "create_bucket", &create)?
            && !THERE.contains(&code.as_str())
        {
            bail!("s3 create_bucket: {message}");
        }
        let rule = |rule: &Value| {
            json!({
                "ID": rule["id"],
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "NoncurrentVersionExpiration": {"NoncurrentDays": rule["noncurrent_days"]},
                "Expiration": {"ExpiredObjectDeleteMarker": rule["markers"]},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": rule["multipart_days"]},
            })
        };
        let notification = |each: &Value| {
            let mut notification = json!({"QueueArn": each["queue"], "Events": each["events"]});
            if each["prefix"] != "" {
                notification["Filter"] =
                    json!({"Key": {"FilterRules": [{"Name": "prefix", "Value": each["prefix"]}]}});
            }
            notification
        };
        let encryption = json!({
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": bucket["encryption"]},
            "BucketKeyEnabled": false,
        });
        let calls = [
            ("put_bucket_versioning", "VersioningConfiguration", json!({"Status": bucket["versioning"]})),
            ("put_bucket_encryption", "ServerSideEncryptionConfiguration", json!({"Rules": [encryption]})),
            ("put_public_access_block", "PublicAccessBlockConfiguration", bucket["public"].clone()),
            (
                "put_bucket_ownership_controls",
                "OwnershipControls",
                json!({"Rules": [{"ObjectOwnership": bucket["ownership"]}]}),
            ),
            ("put_bucket_policy", "Policy", json!(bucket["policy"].to_string())),
            (
                "put_bucket_lifecycle_configuration",
                "LifecycleConfiguration",
                json!({"Rules": each(&bucket["lifecycle"], rule)}),
            ),
            (
                "put_bucket_notification_configuration",
                "NotificationConfiguration",
                json!({"QueueConfigurations": each(&bucket["notifications"], notification)}),
            ),
        ];
        for (operation, name_of_setting, setting) in calls {
            self.call("s3", operation, &json!({"Bucket": name, name_of_setting: setting}))?;
        }
        Ok(())
    }

    /// Reads what there is, in the terms of the description.
    ///
    /// # Errors
    /// At the first call that fails.
    pub(super) fn read(&mut self, stack: &Value) -> Result<Value> {
        let name = &stack["bucket"]["name"];
        let mut bucket = |operation: &str| self.call("s3", operation, &json!({"Bucket": name}));
        let encryption = bucket("get_bucket_encryption")?;
        let versioning = bucket("get_bucket_versioning")?;
        let public = bucket("get_public_access_block")?;
        let ownership = bucket("get_bucket_ownership_controls")?;
        let policy = bucket("get_bucket_policy")?;
        let lifecycle = bucket("get_bucket_lifecycle_configuration")?;
        let notifications = bucket("get_bucket_notification_configuration")?;
        let queue = self.read_queue(&stack["queue"]["name"])?;
        let dead = self.read_queue(&stack["dead_letters"]["name"])?;
        let rule = |rule: &Value| {
            json!({
                "id": rule["ID"],
                "noncurrent_days": rule["NoncurrentVersionExpiration"]["NoncurrentDays"],
                "markers": rule["Expiration"]["ExpiredObjectDeleteMarker"],
                "multipart_days": rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"],
            })
        };
        let notification = |each: &Value| json!({"queue": each["QueueArn"], "events": sorted(&each["Events"]), "prefix": prefix(each)});
        let rules = &encryption["ServerSideEncryptionConfiguration"]["Rules"];
        Ok(json!({
            "bucket": {
                "name": name,
                "versioning": versioning["Status"],
                "encryption": rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
                "public": public["PublicAccessBlockConfiguration"],
                "ownership": ownership["OwnershipControls"]["Rules"][0]["ObjectOwnership"],
                "policy": parse_text(&policy["Policy"])?,
                "lifecycle": each(&lifecycle["Rules"], rule),
                "notifications": sorted_by_prefix(each(&notifications["QueueConfigurations"], notification)),
            },
            "queue": {
                "name": stack["queue"]["name"],
                "visibility": parse_text(&queue["VisibilityTimeout"])?,
                "retention": parse_text(&queue["MessageRetentionPeriod"])?,
                "wait": parse_text(&queue["ReceiveMessageWaitTimeSeconds"])?,
                "encrypted": queue["SqsManagedSseEnabled"] == "true",
                "redrive": parse_text(&queue["RedrivePolicy"])?,
                "policy": parse_text(&queue["Policy"])?,
            },
            "dead_letters": {
                "name": stack["dead_letters"]["name"],
                "retention": parse_text(&dead["MessageRetentionPeriod"])?,
                "encrypted": dead["SqsManagedSseEnabled"] == "true",
                "sources": parse_text(&dead["RedriveAllowPolicy"])?,
                "policy": parse_text(&dead["Policy"])?,
            },
        }))
    }

    fn read_queue(&mut self, name: &Value) -> Result<Value> {
        let url = self.call("sqs", "get_queue_url", &json!({"QueueName": name}))?["QueueUrl"].take();
        let wanted = json!({"QueueUrl": url, "AttributeNames": ["All"]});
        Ok(self.call("sqs", "get_queue_attributes", &wanted)?["Attributes"].take())
    }
}

fn each(list: &Value, read: impl Fn(&Value) -> Value) -> Vec<Value> {
    list.as_array().into_iter().flatten().map(read).collect()
}

/// SQS takes every attribute as a text; what is none is written as JSON.
fn texts(attributes: &Value) -> Map<String, Value> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    attributes
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), json!(text(value))))
        .collect()
}

/// The prefix that a notification is for; AWS and LocalStack spell the rule's name differently.
fn prefix(notification: &Value) -> String {
    let rules = notification["Filter"]["Key"]["FilterRules"].as_array().into_iter().flatten();
    let mut prefixes =
        rules.filter(|rule| rule["Name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("prefix")));
    prefixes.next().and_then(|rule| rule["Value"].as_str()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_texts_and_a_prefix_is_found_by_either_spelling() {
        let attributes = texts(&json!({"A": 60, "B": true, "C": {"x": 1}, "D": "as is"}));
        assert_eq!(
            Value::Object(attributes),
            json!({"A": "60", "B": "true", "C": "{\"x\":1}", "D": "as is"})
        );
        let rules =
            |name: &str| json!({"Filter": {"Key": {"FilterRules": [{"Name": name, "Value": "acme/"}]}}});
        assert_eq!(
            [prefix(&rules("prefix")), prefix(&rules("Prefix")), prefix(&json!({}))],
            ["acme/", "acme/", ""]
        );
    }
}
