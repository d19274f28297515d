//! The stack of `terraform/examples/localstack` without Terraform's provider of AWS, which needs a download of its own.
//!
//! One description is made of the example's variables. What LocalStack has after `make`, and what Terraform has applied to its
//! provider of schemas, are read in the same terms, so that the two ways cannot drift apart.

mod aws;
mod description;
mod terraform;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use serde_json::Value;

use description::Variables;

#[derive(Subcommand)]
pub(crate) enum Action {
    /// Make the stack on the LocalStack of AWS_ENDPOINT, read it back and compare; prints the worker's settings
    Make {
        /// Variables of the example, as JSON
        variables: PathBuf,
        /// A Python that has boto3
        #[arg(long, default_value = "python3")]
        python: PathBuf,
    },
    /// Compare with what `terraform show -json` prints of an applied stack
    Compare {
        /// Variables of the example, as JSON
        variables: PathBuf,
        /// What `terraform show -json` has printed
        state: PathBuf,
    },
}

/// Makes the stack, or compares it.
///
/// # Errors
/// Where it cannot be made, or there is another one than the variables say.
pub(crate) fn run(action: &Action) -> Result<()> {
    match action {
        Action::Make { variables, python } => {
            let endpoint = std::env::var("AWS_ENDPOINT").context("AWS_ENDPOINT names no LocalStack")?;
            let variables = read_variables(variables)?;
            let wanted = variables.describe();
            let mut client = aws::Client::start(python, &endpoint, &variables.region)?;
            client.make(&wanted, &variables.region)?;
            compare(&wanted, &client.read(&wanted)?, "LocalStack")?;
            println!("AWS_ENDPOINT={endpoint}\nAWS_REGION={}", variables.region);
            println!("BUCKET={}\nWORKER_QUEUE={}", variables.bucket, variables.queue);
        }
        Action::Compare { variables, state } => {
            let wanted = read_variables(variables)?.describe();
            compare(&wanted, &terraform::read(&read_json(state)?)?, "Terraform")?;
            let parts = wanted.as_object().into_iter().flat_map(|stack| stack.values());
            let settings: usize = parts.filter_map(|part| Some(part.as_object()?.len())).sum();
            println!(
                "Terraform and scripts/localstack-stack.sh make the same: {settings} settings of bucket and queues are equal"
            );
        }
    }
    Ok(())
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not as expected", path.display()))
}

fn read_variables(path: &Path) -> Result<Variables> {
    read_json(path)
}

fn compare(wanted: &Value, found: &Value, place: &str) -> Result<()> {
    let mut differences = Vec::new();
    collect_differences(wanted, found, "", &mut differences);
    if !differences.is_empty() {
        bail!("{place} has another stack than the variables say:\n{}", differences.join("\n"));
    }
    Ok(())
}

fn collect_differences(wanted: &Value, found: &Value, at: &str, differences: &mut Vec<String>) {
    if let (Value::Object(left), Value::Object(right)) = (wanted, found) {
        let mut names: Vec<&String> = left.keys().chain(right.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            collect_differences(&wanted[name.as_str()], &found[name.as_str()], &at, differences);
        }
    } else if wanted != found {
        differences.push(format!("{at}: {found}, and the variables say {wanted}"));
    }
}

/// Reads JSON that stands in a text, as AWS and Terraform keep policies.
fn parse_text(value: &Value) -> Result<Value> {
    serde_json::from_str(value.as_str().context("no text where a policy was expected")?)
        .context("a policy is not JSON")
}

/// Sorts a list of notifications by the prefix that each is for.
fn sorted_by_prefix(mut notifications: Vec<Value>) -> Value {
    notifications.sort_by_key(|notification| notification["prefix"].as_str().unwrap_or_default().to_owned());
    Value::Array(notifications)
}

/// Sorts a list of texts.
fn sorted(value: &Value) -> Value {
    let mut texts: Vec<String> =
        value.as_array().into_iter().flatten().filter_map(|text| Some(text.as_str()?.to_owned())).collect();
    texts.sort();
    texts.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_difference_is_named_by_its_place() {
        let wanted = json!({"queue": {"name": "a", "wait": 20}, "bucket": {"name": "b"}});
        assert!(compare(&wanted, &wanted.clone(), "Terraform").is_ok());
        let found = json!({"queue": {"name": "a", "wait": 0, "extra": 1}, "bucket": {}});
        let error = compare(&wanted, &found, "Terraform").expect_err("differs").to_string();
        let lines: Vec<&str> = error.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                r#"bucket.name: null, and the variables say "b""#,
                "queue.extra: 1, and the variables say null",
                "queue.wait: 0, and the variables say 20",
            ]
        );
    }
}
