#!/usr/bin/env bash
# The released binary as users meet it: HTTP audit, pages in a real browser, clients, Postman collection.
. "$(dirname "$0")/lib.sh"
need_rust
scripts/dsl-types.sh
scripts/chromium.sh
say "Building wikimovie (release)"
cargo build --release --locked --bin wikimovie
say "Installing what the end-to-end tests and the TypeScript client need"
npm_install e2e
npm_install clients/typescript
say "End-to-end tests against a live gateway"
node e2e/with-gateway.mjs "$built"/release/wikimovie npm --prefix e2e test
say "Hostile requests beside honest clients (make abuse sends ten times as many)"
node e2e/abuse.mjs "$built"/release/wikimovie 1000 "${ABUSE_SEED:-1}"
say "TypeScript client against a live gateway"
node e2e/with-gateway.mjs "$built"/release/wikimovie npm --prefix clients/typescript test
say "Rust client against a live gateway"
node e2e/with-gateway.mjs "$built"/release/wikimovie cargo test --locked -p wikimovie-client -- --include-ignored
