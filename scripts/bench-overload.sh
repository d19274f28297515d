#!/usr/bin/env bash
# Three times the sustainable load on a gateway that has one core, over an engine of fixed latency.
. "$(dirname "$0")/lib.sh"
need_rust
cargo build --release --locked -p wikimovie-bench
"$built"/release/wikimovie-bench overload --seconds "${SECONDS_EACH:-10}" --report docs/performance.md
