#!/usr/bin/env bash
# Runs the commands of docs/aws.md in their order, as far as a machine without an account can: Terraform on the provider of
# schemas, S3 and SQS on LocalStack, kubectl and Helm on a real API server where one is built (WALK_API_SERVER=build builds it).
# Prints what it could not run and why; ends with 0 unless a command failed that could be run.
. "$(dirname "$0")/lib.sh"
. scripts/deploy/lib.sh
. scripts/deploy/tools.sh
. scripts/deploy/schema-provider/build.sh

scratch=$(mktemp -d)
started=()
stop() { rm -rf "$scratch"; }
. scripts/deploy/api-server/server.sh
trap stop EXIT
walk=$scratch/walk
mkdir -p "$walk/shims"
: >"$walk/not-run"

# A copy, in which names of buckets are of this run alone.
git ls-files -z --cached --others --exclude-standard -- terraform helm scripts deploy docs seeds skaffold.yaml Cargo.toml CHANGELOG.md |
  xargs -0 cp --parents -t "$walk"
unique=walk$$
sed -i "s/acme-terraform-state/$unique-state/g" "$walk/docs/aws.md" "$walk/terraform/examples/aws/backend.tf.example"
sed -i "s/acme-movies\"/$unique-movies\"/" "$walk/terraform/examples/aws/terraform.tfvars.example"

build_provider && write_schemas || fail "Terraform cannot be run here"
export TF_CLI_CONFIG_FILE=$scratch/terraformrc TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1 TF_INPUT=0 TF_CLI_ARGS=-no-color \
  TF_CLI_ARGS_apply=-auto-approve TF_CLI_ARGS_destroy=-auto-approve

AWS_ENDPOINT=${AWS_ENDPOINT:-}
if [ -z "$AWS_ENDPOINT" ]; then
  scripts/localstack.sh start
  AWS_ENDPOINT=$(scripts/localstack.sh url)
fi
python_tool aws awscli==1.44.7 || true
cluster=false
chart_tools || fail "Helm cannot be run here"
if command -v kubectl >/dev/null && command -v etcd >/dev/null && { [ "${WALK_API_SERVER:-}" = build ] || [ -x "$tools/bin/kube-apiserver" ]; } && build; then
  start
  cluster=true
fi
WALK_CLUSTER=$cluster WALK_NOT_RUN=$walk/not-run WALK_TERRAFORM=$(command -v terraform) WALK_HELM=$(command -v helm) \
  WALK_KUBECTL=$(command -v kubectl || true) WALK_AWS=$(command -v aws || true) WALK_STACK=$PWD/scripts/localstack-stack.sh
export WALK_CLUSTER WALK_NOT_RUN WALK_TERRAFORM WALK_HELM WALK_KUBECTL WALK_AWS WALK_STACK AWS_ENDPOINT
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_CONFIG_FILE=$walk/aws-config AWS_SHARED_CREDENTIALS_FILE=$walk/aws-credentials
export WALK_QUIET=$walk/quiet
for tool in terraform aws helm kubectl docker curl eksctl; do ln -s "$PWD/scripts/deploy/walk-shim.sh" "$walk/shims/$tool"; done
export PATH=$walk/shims:$PATH
# Scripts that talk to registries and pods print what they would do.
export DRY_RUN=1

python3 - "$walk/docs/aws.md" "$walk/steps" <<'PYTHON'
import pathlib, re, sys
page, out = pathlib.Path(sys.argv[1]).read_text(), pathlib.Path(sys.argv[2])
out.mkdir()
heading = ""
for number, found in enumerate(re.finditer(r"^## ([^\n]*)$|^```sh\n(.*?)^```$", page, re.M | re.S)):
    if found[1]:
        heading = found[1]
    else:
        (out / f"{number:03}").write_text(f"say {heading!r}\n{found[2]}")
PYTHON

cd "$walk"
for step in "$walk"/steps/*; do
  # In this shell, as the reader's: folders and variables stay.
  . "$step" || fail "failed: $(sed -n 2,3p "$step")"
done
cd "$scratch"
if [ -n "$AWS_ENDPOINT" ] && [ -n "$WALK_AWS" ]; then
  # What was uploaded must have reached the queue that the worker receives from.
  queue=$("$WALK_AWS" --endpoint-url "$AWS_ENDPOINT" sqs get-queue-url --queue-name "$unique-movies-ingest" --query QueueUrl --output text)
  "$WALK_AWS" --endpoint-url "$AWS_ENDPOINT" sqs receive-message --queue-url "$queue" --max-number-of-messages 10 >"$scratch/messages"
  grep -q 'seeds/1970s-1990s.ndjson.gz' "$scratch/messages" || fail "the upload of the first movies reached no queue"
  say "The upload of the first movies is in the queue"
fi

say "Not run"
awk '!seen[$0]++ { print "- " $0 }' "$walk/not-run"
ran=$(grep -c . "$walk/quiet" || true)
say "Walked docs/aws.md: $ran commands were run, $(wc -l <"$walk/not-run") were not"
