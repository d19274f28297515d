#!/usr/bin/env bash
# The gateway as users meet it: HTTP audit, pages in a real browser, clients, Postman collection. E2E_PROFILE=release takes the
# released binary; without it, the one that the tests of Rust have compiled.
. "$(dirname "$0")/lib.sh"
need_rust
scripts/dsl-types.sh
scripts/chromium.sh
profile=${E2E_PROFILE:-dev}
say "Building wikimovie ($profile)"
# Beside a test of the workspace, so that dependencies have the features that all tests share, and are not compiled twice.
cargo build --profile "$profile" --locked --workspace --bin wikimovie --test live
case $profile in dev) wikimovie=$built/debug/wikimovie ;; *) wikimovie=$built/$profile/wikimovie ;; esac
say "Installing what the end-to-end tests and the TypeScript client need"
npm_install e2e
npm_install clients/typescript
say "End-to-end tests against a live gateway"
node e2e/with-gateway.mjs "$wikimovie" npm --prefix e2e test
say "Hostile requests beside honest clients (make abuse sends ten times as many)"
node e2e/abuse.mjs "$wikimovie" 1000 "${ABUSE_SEED:-1}"
say "TypeScript client against a live gateway"
node e2e/with-gateway.mjs "$wikimovie" npm --prefix clients/typescript test
say "Rust client against a live gateway"
node e2e/with-gateway.mjs "$wikimovie" cargo test --locked --workspace --test live -- --include-ignored
