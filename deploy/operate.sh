#!/usr/bin/env bash
# operate.sh COMMAND [ARGUMENT…]: runs wikimovie-ingest COMMAND in the cluster, with the role of the operator, and prints what it
# says: `operate.sh approve acme/movies.json`. It makes a Job of the suspended CronJob of the chart (operator.enabled) in
# NAMESPACE (movies) of RELEASE (wikimovie). DRY_RUN=1 prints the Job.
set -euo pipefail
[ $# -gt 0 ] || { printf 'usage: NAMESPACE=movies RELEASE=wikimovie operate.sh status|reconcile|approve KEY|redrive|reindex|…\n' >&2; exit 2; }
release=${RELEASE:-wikimovie}
kubectl() { command kubectl --namespace "${NAMESPACE:-movies}" "$@"; }
name=$release-$1-$(date +%s)

arguments=$(printf '%s\0' "$@" | python3 -c 'import json, sys; print(json.dumps(sys.stdin.read().split("\0")[:-1]))')
kubectl create job "$name" --from "cronjob/$release-operator" --dry-run=client --output json |
  kubectl patch --local --filename - --type json --output json \
    --patch "[{\"op\": \"replace\", \"path\": \"/spec/template/spec/containers/0/args\", \"value\": $arguments}]" |
  if [ -n "${DRY_RUN:-}" ]; then cat; else kubectl create --filename - >/dev/null; fi
[ -z "${DRY_RUN:-}" ] || exit 0

pod=
for _ in $(seq 60); do
  pod=$(kubectl get pods --selector "batch.kubernetes.io/job-name=$name" --output name)
  [ -z "$pod" ] || break
  sleep 1
done
[ -n "$pod" ] || { printf 'no pod of %s was created: kubectl describe job %s\n' "$name" "$name" >&2; exit 1; }
# Its image is pulled first.
for _ in $(seq 300); do
  [ "$(kubectl get "$pod" --output jsonpath='{.status.phase}')" = Pending ] || break
  sleep 1
done
kubectl logs --follow "$pod"
for _ in $(seq 30); do
  status=$(kubectl get "$pod" --output jsonpath='{.status.containerStatuses[0].state.terminated.exitCode}')
  [ -z "$status" ] || exit "$status"
  sleep 1
done
printf '%s did not end\n' "$pod" >&2
exit 1
