#!/usr/bin/env bash
# Sees to it that Prometheus is there, whose promtool checks the alert rules and which scrapes the gateway in tests.
. "$(dirname "$0")/lib.sh"
command -v promtool >/dev/null && command -v prometheus >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "Installing Prometheus for the tests of metrics"
  # Only the programs: no service is to start.
  apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends prometheus >/dev/null && exit 0
fi
[ -z "${CI:-}" ] || fail "Prometheus is missing, and in CI nothing is skipped"
say "Prometheus was not found: alert rules and the real scrape will not be tested"
