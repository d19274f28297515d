#!/usr/bin/env bash
# What scripts/aws-walk.sh puts in the place of the tools of docs/aws.md: hands a command on to what stands in for AWS, or notes
# that it was not run, and why.
set -euo pipefail
tool=$(basename "$0")
not_run() {
  printf '%s %s: %s\n' "$tool" "$(printf '%s ' "${arguments[@]:0:3}" | sed 's/ $//')" "$1" >>"$WALK_NOT_RUN"
  printf 'NOT RUN: %s %s (%s)\n' "$tool" "${arguments[*]:0:3}" "$1" >&2
  exit 0
}
ran() { printf '%s %s\n' "$tool" "${arguments[*]:0:3}" >>"$WALK_QUIET"; }
arguments=("$@")

case $tool in
  terraform)
    ran
    case ${1:-} in
      init)
        printf 'terraform init: registry and backend are AWS'"'"'s and HashiCorp'"'"'s; modules are fetched, the schema provider is used\n' >>"$WALK_NOT_RUN"
        rm -f backend.tf
        exec "$WALK_TERRAFORM" get
        ;;
      apply)
        "$WALK_TERRAFORM" "$@" | tail -n 3
        # The bucket and the queue of the page, where LocalStack stands in.
        if [ -n "$AWS_ENDPOINT" ]; then
          bucket=$("$WALK_TERRAFORM" output -raw bucket)
          python3 - "$bucket" ../localstack/terraform.tfvars.json >walk.tfvars.json <<'PYTHON'
import json, sys
print(json.dumps({**json.load(open(sys.argv[2])), "bucket": sys.argv[1], "queue": f"{sys.argv[1]}-ingest"}))
PYTHON
          "$WALK_STACK" "$PWD/walk.tfvars.json" >/dev/null
        fi
        ;;
      destroy) "$WALK_TERRAFORM" "$@" | tail -n 3 ;;
      *) exec "$WALK_TERRAFORM" "$@" ;;
    esac
    ;;
  aws)
    case "${1:-} ${2:-}" in
      "sts get-caller-identity")
        not_run_note="the account is made up"
        printf '%s %s: %s\n' "$tool" "${arguments[*]:0:2}" "$not_run_note" >>"$WALK_NOT_RUN"
        echo 000000000000
        ;;
      "configure set")
        ran
        ;;
      s3*)
        [ -n "$WALK_AWS" ] && [ -n "$AWS_ENDPOINT" ] || not_run "LocalStack or the AWS CLI is not there"
        ran
        kept=()
        while [ $# -gt 0 ]; do
          # LocalStack evaluates no role.
          if [ "$1" = --profile ]; then shift 2; else kept+=("$1"); shift; fi
        done
        case ${kept[1]} in
          delete-bucket) exec "$WALK_AWS" --endpoint-url "$AWS_ENDPOINT" s3 rb --force "s3://${kept[3]}" ;;
        esac
        exec "$WALK_AWS" --endpoint-url "$AWS_ENDPOINT" "${kept[@]}"
        ;;
      "acm request-certificate")
        echo arn:aws:acm:eu-west-1:000000000000:certificate/made-up
        not_run "only AWS issues certificates"
        ;;
      *) not_run "nothing stands in for this service of AWS" ;;
    esac
    ;;
  helm)
    case ${1:-} in
      repo) not_run "a public repository" ;;
      test) not_run "no kubelet runs pods here" ;;
    esac
    case "$*" in *eks/*) not_run "a chart of a public repository" ;; esac
    [ "$WALK_CLUSTER" = true ] || {
      # Without an API server the chart is at least rendered with the page's values.
      case ${1:-} in
        upgrade)
          ran
          files=()
          for ((at = 1; at <= $#; at++)); do
            if [ "${!at}" = -f ]; then next=$((at + 1)); files+=(-f "${!next}"); fi
          done
          "$WALK_HELM" template wikimovie ../../../helm/wikimovie --namespace movies --kube-version 1.36 "${files[@]}" >rendered.yaml
          printf 'helm %s: no API server is built here (WALK_API_SERVER=build): rendered only\n' "$1" >>"$WALK_NOT_RUN"
          printf 'rendered %s objects\n' "$(grep -c '^kind: ' rendered.yaml)"
          exit 0
          ;;
        *) not_run "no API server is built here (WALK_API_SERVER=build)" ;;
      esac
    }
    ran
    kept=()
    while [ $# -gt 0 ]; do
      case $1 in
        --wait) printf 'helm --wait: no kubelet makes pods ready here\n' >>"$WALK_NOT_RUN" ;;
        --timeout) shift ;;
        *) kept+=("$1") ;;
      esac
      shift
    done
    exec "$WALK_HELM" "${kept[@]}"
    ;;
  kubectl)
    [ "$WALK_CLUSTER" = true ] || not_run "no API server is built here (WALK_API_SERVER=build)"
    ran
    exec "$WALK_KUBECTL" "$@"
    ;;
  docker)
    cat >/dev/null 2>&1 <&0 || true
    not_run "no registry is reached from here"
    ;;
  curl) not_run "a public address, or the load balancer that only AWS has" ;;
  *) not_run "it acts on AWS alone" ;;
esac
