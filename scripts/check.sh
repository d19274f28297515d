#!/usr/bin/env bash
# Format, lints and documentation: what needs no running gateway.
. "$(dirname "$0")/lib.sh"
need_rust
say "Format"
cargo fmt --all --check
say "Lints"
cargo clippy --locked --workspace --all-targets -- -D warnings
# Alone, without what other crates of the workspace switch on.
cargo clippy --locked -p wikimovie -- -D warnings
say "Documentation"
RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --locked --workspace --no-deps --document-private-items --quiet
say "The standalone binary links no client of a service"
if cargo tree --locked -p wikimovie -e normal --prefix none | grep -E '^(aws-|elasticsearch )' ; then
  fail "the standalone binary must depend on no AWS crate and no Elasticsearch client"
fi
