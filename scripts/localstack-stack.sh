#!/usr/bin/env bash
# Bucket, queue, dead-letter queue and notification on LocalStack, of the same variables as terraform/examples/localstack:
#   scripts/localstack-stack.sh [VARIABLES.tfvars.json]
# AWS_ENDPOINT names a LocalStack of yours; without it one is started. Prints the settings of the worker.
. "$(dirname "$0")/lib.sh"
variables=${1:-terraform/examples/localstack/terraform.tfvars.json}
if [ -z "${AWS_ENDPOINT:-}" ]; then
  scripts/localstack.sh start >&2
  AWS_ENDPOINT=$(scripts/localstack.sh url)
  [ -n "$AWS_ENDPOINT" ] || fail "there is no LocalStack: see above"
  export AWS_ENDPOINT
fi
# With the client of AWS that LocalStack brings, or one that is installed.
python=target/localstack/venv/bin/python
[ -x "$python" ] || python=python3
"$python" -c 'import boto3' 2>/dev/null || fail "boto3 is missing: pip install boto3"
exec cargo xtask localstack-stack make "$variables" --python "$python"
