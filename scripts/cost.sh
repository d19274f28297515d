#!/usr/bin/env bash
# Prices beside work: a corpus of operations, over MOVIES (a folder of movie files) or the seeds: scripts/cost.sh [--short].
# The short form takes the binary that the tests of Rust have compiled, and few repetitions.
. "$(dirname "$0")/lib.sh"
need_rust
if [ "${1:-}" = --short ]; then
  # Beside a test of the workspace, so that dependencies have the features that all tests share, and are not compiled twice.
  cargo build --locked --workspace --bin wikimovie --bin wikimovie-bench --test live
  # What parses and answers is not optimized there, and the search is, with which it is compared.
  folder=$built/debug repetitions=${REPETITIONS:-20} factor=40
else
  cargo build --release --locked -p wikimovie -p wikimovie-bench
  folder=$built/release repetitions=${REPETITIONS:-200} factor=20
fi
"$folder"/wikimovie-bench cost --binary "$folder"/wikimovie --movies "${MOVIES:-seeds}" \
  --operations bench/cost.jsonl --repetitions "$repetitions" --factor "$factor" ${REPORT:+--report "$REPORT"}
