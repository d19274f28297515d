#!/usr/bin/env bash
# The gateway on each search node of scripts/engines.sh, or on that of ELASTICSEARCH_URLS, beside what people send to such
# a node by themselves. MOVIES is a folder of movie files, QUERIES a query set (see bench/src/main.rs).
. "$(dirname "$0")/lib.sh"
need_rust
movies=${MOVIES:-../shared/data/movies} queries=${QUERIES:-../shared/relevance/queries.jsonl}
[ -d "$movies" ] || fail "no movies to measure on: set MOVIES to a folder of movie files"
[ -f "$queries" ] || fail "no questions to measure with: set QUERIES to a file of them"
cargo build --release --locked -p wikimovie-api --bin wikimovie-api -p wikimovie-ingest --bin wikimovie-ingest
cargo build --release --locked -p wikimovie-bench
find_nodes
"$built/release/wikimovie-bench" engine "${nodes[@]}" --movies "$movies" --queries "$queries" \
  --binaries "$built/release" --report docs/performance.md
