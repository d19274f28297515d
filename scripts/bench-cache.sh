#!/usr/bin/env bash
# Answers from memory beside an axum handler that returns the same bytes. MOVIES is a folder of movie files, QUERIES a
# query set (see bench/src/main.rs).
. "$(dirname "$0")/lib.sh"
need_rust
movies=${MOVIES:-../shared/data/movies} queries=${QUERIES:-../shared/relevance/queries.jsonl}
[ -d "$movies" ] || fail "no movies to measure on: set MOVIES to a folder of movie files"
[ -f "$queries" ] || fail "no questions to measure with: set QUERIES to a file of them"
cargo build --release --locked --bin wikimovie -p wikimovie
cargo build --release --locked -p wikimovie-bench
"$built"/release/wikimovie-bench cache --binary "$built"/release/wikimovie --movies "$movies" --queries "$queries" \
  --seconds "${SECONDS_EACH:-5}" --rounds "${ROUNDS:-5}" --report docs/performance.md
