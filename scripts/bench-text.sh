#!/usr/bin/env bash
# What reading a text costs. MOVIES is a folder of movie files, QUERIES a query set (see bench/src/main.rs).
. "$(dirname "$0")/lib.sh"
need_rust
movies=${MOVIES:-../shared/data/movies} queries=${QUERIES:-../shared/relevance/queries.jsonl}
[ -d "$movies" ] || fail "no movies to measure on: set MOVIES to a folder of movie files"
[ -f "$queries" ] || fail "no questions to measure with: set QUERIES to a file of them"
cargo run --release --locked --quiet -p wikimovie-bench -- text --movies "$movies" --queries "$queries" \
  --report docs/performance.md
