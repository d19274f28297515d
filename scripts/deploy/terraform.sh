#!/usr/bin/env bash
# Terraform: its format; each module and example validated, planned and tested on a provider that has AWS's schemas and
# calls nothing (schema-provider/); the outputs of the example for AWS put into the chart; the plan of the example for
# LocalStack against what the script makes of the same variables; checkov; tables of inputs and outputs.
. "$(dirname "$0")/lib.sh"
command -v terraform >/dev/null || { missing terraform "it was not found: install it"; exit 0; }
# Of all that the provider of schemas makes up.
account=000000000000
. scripts/deploy/schema-provider/build.sh

# Runs terraform on a copy, so that neither state nor lock files come into the tree.
tf() { terraform -chdir="$work/$1" "${@:2}"; }

# What Terraform has said from its first fault on.
told() { sed -n '/Error: /,$p' "$scratch/said"; }

# Runs it quietly but for its faults.
checked() {
  tf "$@" >"$scratch/said" 2>&1 </dev/null || { told; fail "terraform ${*:2}: $1 is not sound"; }
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TF_CLI_CONFIG_FILE=$scratch/terraformrc TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1 TF_CLI_ARGS=-no-color

build_provider || exit 0
write_schemas || exit 0
work=$scratch/terraform
cp -R "$tree/terraform" "$work"
touch "$scratch/said"
TF_CLI_CONFIG_FILE=/dev/null terraform fmt -check -recursive -diff "$work" || fail "terraform is not formatted: terraform fmt -recursive terraform"

python3 scripts/deploy/terraform_docs.py "$tree" --check

runs=0 configurations=("$work"/modules/* "$work"/examples/*)
for folder in "${configurations[@]}"; do
  name=${folder#"$work"/}
  # Fetches modules; the provider is there already.
  checked "$name" get
  checked "$name" validate
  if [ -d "$folder/tests" ]; then
    checked "$name" test
    runs=$((runs + $(grep -cE '^ +run .*pass' "$scratch/said")))
  fi
done
say "${#configurations[@]} configurations are valid, $runs test runs passed"

# What is applied to the provider of schemas has made-up ARNs, and all that the configuration itself says.
tf examples/localstack apply -auto-approve >"$scratch/said" 2>&1 </dev/null || { told; fail "the example for LocalStack cannot be applied"; }
tf examples/localstack show -json 2>/dev/null >"$scratch/localstack.json"
cargo xtask localstack-stack compare "$work/examples/localstack/terraform.tfvars.json" "$scratch/localstack.json"

cp "$work/examples/aws/terraform.tfvars.example" "$work/examples/aws/terraform.tfvars"
tf examples/aws apply -auto-approve >"$scratch/said" 2>&1 </dev/null || { told; fail "the example for AWS cannot be applied"; }
say "The example for AWS: $(sed -n 's/^Apply complete! Resources: \([0-9]* added\).*/\1/p' "$scratch/said") on the provider of schemas"
tf examples/aws output -raw helm_values 2>/dev/null >"$scratch/values.yaml"
tf examples/aws output -json 2>/dev/null >"$scratch/outputs.json"
tf examples/aws show -json 2>/dev/null >"$scratch/aws.json"
python3 scripts/deploy/permissions.py "$scratch/aws.json" scripts/deploy/permissions.tsv "$tree"/ingest/src/aws/{bucket,queue,listing}.rs
if [ -x "$tools/bin/helm" ]; then
  . scripts/deploy/tools.sh
  render "$tree/helm/wikimovie" "$scratch/values.yaml" >"$scratch/chart.yaml" || fail "the chart does not take what Terraform's helm_values say"
  for found in "$account.dkr.ecr.eu-west-1.amazonaws.com/wikimovie/wikimovie-api:" "iam::$account:role/wikimovie-worker" \
    "iam::$account:role/wikimovie-gateway" "https://sqs.eu-west-1.amazonaws.com/$account/wikimovie-ingest" \
    https://vpc-wikimovie.eu-west-1.es.amazonaws.com acme-movies; do
    grep -qF "$found" "$scratch/chart.yaml" || fail "the chart does not use $found of Terraform's helm_values"
  done
  say "The chart takes helm_values of the example for AWS"
  chart_python scripts/deploy/agreement.py "$tree" "$scratch/aws.json" "$scratch/outputs.json" "$scratch/chart.yaml"
else
  missing "the chart with Terraform's helm_values" "helm is built by the gate of the chart" || true
fi

# What is let pass says why, beside the resource.
if python_tool checkov checkov==3.3.30; then
  checkov -d "$work" --framework terraform --compact --skip-download --soft-fail -o json >"$scratch/checkov.json" 2>"$scratch/said" </dev/null ||
    { cat "$scratch/said"; fail "checkov could not run"; }
  python3 scripts/deploy/checkov_findings.py "$scratch/checkov.json"
fi
not_run "terraform apply against AWS or LocalStack" "the real provider cannot be fetched where this runs; rules that it or AWS keeps in code are not checked"
