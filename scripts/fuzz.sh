#!/usr/bin/env bash
# Fuzzes the message parser, the record reader and the reading of texts for SECONDS_EACH (default 600), from the corpus of
# the tests. With a nightly compiler under AddressSanitizer; without one the project's own compiler is told to allow what
# cargo-fuzz needs, and there is no sanitizer, which for safe code finds the same panics, hangs and allocations.
. "$(dirname "$0")/lib.sh"
seconds=${SECONDS_EACH:-600}
command -v cargo-fuzz >/dev/null || fail "cargo-fuzz is missing: cargo install --locked cargo-fuzz"
if cargo +nightly --version >/dev/null 2>&1; then
  compiler=(+nightly) sanitizer=address
else
  say "No nightly compiler: fuzzing without a sanitizer"
  compiler=() sanitizer=none
  export RUSTC_BOOTSTRAP=1
fi
mkdir -p fuzz/corpus/notification fuzz/corpus/records fuzz/corpus/understanding
cp ingest/tests/notifications/cases.yaml fuzz/corpus/notification/
find seeds -type f -size -64k -exec cp {} fuzz/corpus/records/ \;
for target in ${TARGETS:-notification records understanding}; do
  say "Fuzzing $target for $seconds s"
  (cd fuzz && cargo "${compiler[@]}" fuzz run --sanitizer "$sanitizer" "$target" -- -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1)
done
