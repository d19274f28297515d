#!/usr/bin/env bash
# Which lines the tests of the workspace reach, by the compiler's own instrumentation. Writes target/coverage/: html/ to
# browse, lcov.info for tools, summary.md for people.
. "$(dirname "$0")/lib.sh"
need_rust
command -v cargo-llvm-cov >/dev/null || { say "Installing cargo-llvm-cov"; cargo install --locked --quiet cargo-llvm-cov@0.9.1; }
rustup component add llvm-tools >/dev/null 2>&1 || fail "the compiler's coverage tools are missing: rustup component add llvm-tools"
say "Search engines, S3 and SQS to test on"
trap 'scripts/engines.sh stop; scripts/localstack.sh stop' EXIT
scripts/engines.sh start
scripts/localstack.sh start
out=$built/coverage
mkdir -p "$out"
say "Tests"
cargo llvm-cov --locked --workspace --no-report
say "Report"
# What only tests are made of is no part of the figure.
only=(--ignore-filename-regex '(^|/)(testkit|tests|conformance|bench|xtask)/')
cargo llvm-cov report --html --output-dir "$out" "${only[@]}"
cargo llvm-cov report --lcov --output-path "$out/lcov.info" "${only[@]}"
cargo llvm-cov report --json --summary-only --output-path "$out/summary.json" "${only[@]}"
node -e '
  const { data: [{ files, totals }] } = JSON.parse(require("fs").readFileSync(process.argv[1]));
  const crates = new Map();
  for (const { filename, summary: { lines } } of files) {
    const crate = require("path").relative(process.cwd(), filename).split("/")[0];
    const sum = crates.get(crate) ?? { count: 0, covered: 0 };
    crates.set(crate, { count: sum.count + lines.count, covered: sum.covered + lines.covered });
  }
  const row = (name, { count, covered }) => `| ${name} | ${count} | ${(100 * covered / count).toFixed(1)} % |`;
  console.log(["| crate | lines | reached |", "| --- | ---: | ---: |", ...[...crates].sort().map(([name, sum]) => row(name, sum)),
    row("**all**", totals.lines)].join("\n"));
' "$out/summary.json" | tee "$out/summary.md"
