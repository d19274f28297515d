#!/usr/bin/env bash
# Whether all that we ship to run WIKIMovie elsewhere is sound: images, compose, workflows, chart, Terraform. Each gate of
# scripts/deploy/ looks at one part and can be run alone. The fast gates run with all tests; --full adds what is slow: a real
# API server, images that are built and run.
. "$(dirname "$0")/lib.sh"
case "${1:-}" in '' | --full) ;; *) fail "usage: scripts/deploy-check.sh [--full]" ;; esac
export DEPLOY_NOT_RUN
DEPLOY_NOT_RUN=$(mktemp)
trap 'rm -f "$DEPLOY_NOT_RUN"' EXIT
failed=()
for gate in workflows image embedded compose manifests monitoring docs chart terraform api-server backup walk faults; do
  say "Gate $gate"
  begun=$SECONDS
  if "scripts/deploy/$gate.sh" "$@"; then
    printf 'ok: %s (%s s)\n' "$gate" "$((SECONDS - begun))"
  else
    printf 'FAILED: %s (%s s)\n' "$gate" "$((SECONDS - begun))"
    failed+=("$gate")
  fi
done
if [ -s "$DEPLOY_NOT_RUN" ]; then
  say "Not run"
  sort -u "$DEPLOY_NOT_RUN" | sed 's/^/- /'
fi
[ ${#failed[@]} -eq 0 ] || fail "failed: ${failed[*]}"
say "deploy-check passed"
