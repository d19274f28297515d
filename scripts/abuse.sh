#!/usr/bin/env bash
# Hostile requests to the released binary, beside honest clients: scripts/abuse.sh [REQUESTS] [SEED]. MOVIES names a folder of movie
# files in place of the seeds.
. "$(dirname "$0")/lib.sh"
need_rust
have_node || fail "Node 20 or newer is missing"
say "Building wikimovie (release)"
cargo build --release --locked --bin wikimovie
npm_install e2e
node e2e/abuse.mjs "$built"/release/wikimovie "$@"
