#!/usr/bin/env bash
# Builds the pages into web/dist, which the binary embeds. Does nothing when they are newer than their sources.
. "$(dirname "$0")/lib.sh"
have_node || fail "Node 20 or newer is missing: the pages at / and /graphiql need it to be built"
if [ -f web/dist/index.html ] && [ -z "$(find web clients/operations -newer web/dist/index.html -type f \
  -not -path '*/node_modules/*' -not -path 'web/dist/*' -print -quit)" ]; then
  say "Pages are up to date"
  exit 0
fi
say "Installing what the pages need (npm ci in web/)"
npm_install web
say "Building the pages (vite)"
(cd web && npm run --silent build)
