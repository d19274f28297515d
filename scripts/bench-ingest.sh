#!/usr/bin/env bash
# The ingest worker on each search node of scripts/engines.sh, or on that of ELASTICSEARCH_URLS, beside what the node takes by
# itself; its processor time and memory. BENCH_ARGS are further arguments of `wikimovie-bench ingest`.
. "$(dirname "$0")/lib.sh"
need_rust
cargo build --release --locked -p wikimovie-ingest --bin wikimovie-ingest
cargo build --release --locked -p wikimovie-bench
find_nodes
# shellcheck disable=SC2086
"$built/release/wikimovie-bench" ingest "${nodes[@]}" --binary "$built/release/wikimovie-ingest" \
  --report docs/performance.md ${BENCH_ARGS:-}
