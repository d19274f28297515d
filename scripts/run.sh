#!/usr/bin/env bash
# The first minute: builds everything, then serves seeds/ on one port.
. "$(dirname "$0")/lib.sh"
need_rust
if have_node; then
  scripts/pages.sh
else
  say "Node 20 or newer was not found: the API works without it, the pages at / and /graphiql will say what is missing"
fi
say "Building wikimovie (release; the first time takes a few minutes, later seconds)"
cargo build --release --locked --bin wikimovie
export WIKIMOVIE_WATCH=${WIKIMOVIE_WATCH:-seeds}
say "Starting: loading and watching $WIKIMOVIE_WATCH"
exec "$built"/release/wikimovie serve
