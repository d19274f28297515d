#!/usr/bin/env bash
# Checks and tests the alert rules and the dashboard.
. "$(dirname "$0")/lib.sh"
exec scripts/deploy/monitoring.sh
