#!/usr/bin/env bash
# Prices beside work: a corpus of operations on a release build, over MOVIES (a folder of movie files) or the seeds.
. "$(dirname "$0")/lib.sh"
need_rust
cargo build --release --locked -p wikimovie -p wikimovie-bench
"$built"/release/wikimovie-bench cost --binary "$built"/release/wikimovie --movies "${MOVIES:-seeds}" \
  --operations bench/cost.jsonl --repetitions "${REPETITIONS:-200}" ${REPORT:+--report "$REPORT"}
