#!/usr/bin/env bash
# Everything that must hold before a change lands; CI runs this and nothing else.
. "$(dirname "$0")/lib.sh"
need_rust
scripts/check.sh

if have_node; then
  scripts/pages.sh
  say "Pages: lints, types and unit tests"
  npm --prefix web --silent test
else
  [ -z "${CI:-}" ] || fail "Node 20 or newer is missing, and in CI nothing is skipped"
fi

say "Alert rules"
scripts/monitoring.sh

say "Search engines to test on"
trap 'scripts/engines.sh stop; scripts/localstack.sh stop' EXIT
scripts/engines.sh start

say "S3 and SQS to test on"
scripts/localstack.sh start

say "Unit, property and contract tests"
cargo test --locked --workspace

say "What is shipped to run elsewhere"
scripts/deploy-check.sh

if ! have_node; then
  say "SKIPPED: pages, clients and end-to-end tests (Node 20 or newer was not found)"
  exit 0
fi
scripts/end-to-end.sh
