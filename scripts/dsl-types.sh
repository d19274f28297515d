#!/usr/bin/env bash
# Type-checks every shape of request that the gateway sends against the definitions of Elastic's clients 8 and 9.
. "$(dirname "$0")/lib.sh"
need_rust
have_node || fail "Node 20 or newer is missing: the type check needs it"
npm_install search/elasticsearch/typecheck
rm -rf search/elasticsearch/typecheck/requests
cargo test --locked --quiet --workspace --test dsl requests_are_written
say "Type check of the DSL against Elasticsearch 8 and 9"
npm --prefix search/elasticsearch/typecheck --silent test
