#!/usr/bin/env bash
# Checks and tests the alert rules with Prometheus's own tool.
. "$(dirname "$0")/lib.sh"
scripts/prometheus.sh
command -v promtool >/dev/null || { say "SKIPPED: alert rules (promtool was not found)"; exit 0; }
cd deploy/monitoring
promtool check rules alerts.yaml
promtool test rules alerts_test.yaml
