#!/usr/bin/env bash
# Fuzzes the message parser, the record reader and the reading of texts for SECONDS each (default 600), from the corpus of the tests.
. "$(dirname "$0")/lib.sh"
seconds=${SECONDS_EACH:-600}
command -v cargo-fuzz >/dev/null || fail "cargo-fuzz is missing: cargo +nightly install cargo-fuzz"
rustup toolchain list | grep -q nightly || fail "a nightly compiler is missing: rustup toolchain install nightly"
mkdir -p fuzz/corpus/notification fuzz/corpus/records fuzz/corpus/understanding
cp ingest/tests/notifications/cases.yaml fuzz/corpus/notification/
find seeds -type f -size -64k -exec cp {} fuzz/corpus/records/ \;
for target in ${TARGETS:-notification records understanding}; do
  say "Fuzzing $target for $seconds s"
  (cd fuzz && cargo +nightly fuzz run "$target" -- -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1)
done
