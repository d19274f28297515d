#!/usr/bin/env bash
# The commands of docs/aws.md in their order (--full), as far as this machine can.
. "$(dirname "$0")/lib.sh"
if [ "$full" = false ]; then
  not_run "docs/aws.md walked" "slow: --full"
  exit 0
fi
[ "$tree" = "$PWD" ] || fail "the page is walked in this checkout only"

WALK_API_SERVER=build exec scripts/aws-walk.sh
