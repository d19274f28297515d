#!/usr/bin/env bash
# The chart on a real Kubernetes API server (--full): each value file of ci/ applied as a strict dry run, which finds what
# schemas cannot; then installed, upgraded, rolled back and taken away again. No controller and no kubelet runs, so that
# no pod does either.
. "$(dirname "$0")/lib.sh"
. scripts/deploy/tools.sh
if [ "$full" = false ]; then
  not_run "the chart on a real API server" "slow to build: --full"
  exit 0
fi
. scripts/deploy/api-server/server.sh

if [ "$(uname -s)" != Linux ]; then missing "the chart on a real API server" "etcd is installed from Debian's packages" || exit 0; fi
debian_tool etcd etcd-server || exit 0
command -v kubectl >/dev/null || { missing kubectl "it was not found: install it"; exit 0; }
chart_tools && definitions && build || exit 0

scratch=$(mktemp -d)
trap stop EXIT
start
# Too large to be applied by kubectl, which would keep a copy in an annotation.
kubectl create -f "$tools/crds" >"$scratch/said" 2>&1 || { cat "$scratch/said"; fail "definitions of operators' resources were refused"; }
kubectl wait --for=condition=Established --timeout=60s -f "$tools/crds" >/dev/null
kubectl create namespace movies >/dev/null
# A controller would.
kubectl create serviceaccount default --namespace movies >/dev/null
# Who refuses pods with more rights than ours ask for is asked here, too.
kubectl label namespace movies pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/warn=restricted >/dev/null

chart=$tree/helm/wikimovie
for values in "$chart"/ci/*.yaml; do
  name=$(basename "$values")
  render "$chart" "$values" >"$scratch/rendered.yaml" || fail "the chart cannot be rendered with ci/$name"
  kubectl apply --namespace movies --dry-run=server --validate=strict -f "$scratch/rendered.yaml" >"$scratch/said" 2>&1 ||
    { cat "$scratch/said"; fail "the API server refuses ci/$name"; }
  # Workloads are taken even where no pod of theirs would be: the server only warns.
  # ECK completes the pods of its own resource, which is not judged.
  ! grep -i 'warning' "$scratch/said" || fail "the API server warns of ci/$name"
  printf 'ci/%s: %s objects taken\n' "$name" "$(grep -c 'created (server dry run)' "$scratch/said")"
done

release() { helm "$@" --namespace movies >"$scratch/said" 2>&1 || { cat "$scratch/said"; fail "helm $1 failed"; }; }
release install wikimovie "$chart" -f "$chart/ci/minimal.yaml"
release upgrade wikimovie "$chart" -f "$chart/ci/full.yaml"
release upgrade wikimovie "$chart" -f "$chart/ci/keda.yaml"
release upgrade wikimovie "$chart" -f "$chart/ci/aws.yaml"
# A command of the playbook: a Job of the suspended CronJob, with its own arguments. No pod comes of it here.
NAMESPACE=movies DRY_RUN=1 deploy/operate.sh approve 'acme/a "b".json' >"$scratch/job.json"
kubectl create --namespace movies --validate=strict -f "$scratch/job.json" >/dev/null || fail "the API server refuses the operator's Job"
arguments=$(kubectl get jobs --namespace movies --output jsonpath='{.items[0].spec.template.spec.containers[0].args}')
[ "$arguments" = '["approve","acme/a \"b\".json"]' ] || fail "the operator's Job runs $arguments"
kubectl delete jobs --namespace movies --all >/dev/null
release upgrade wikimovie "$chart" -f "$chart/ci/minimal.yaml"
release rollback wikimovie 1
release uninstall wikimovie
release install search "$chart" -f "$chart/ci/embedded.yaml"
release uninstall search
left=$(kubectl get --namespace movies deployments,statefulsets,cronjobs,services,ingresses,httproutes,networkpolicies,poddisruptionbudgets,serviceaccounts \
  --selector 'app.kubernetes.io/instance in (wikimovie, search)' -o name)
[ -z "$left" ] || fail "uninstalling left $left"
say "Installed, upgraded, rolled back and uninstalled on Kubernetes v1.$release"
not_run "pods of the chart" "no kubelet and no images here; images are run by the gate of images"
not_run "operators (KEDA, ECK, cert-manager, External Secrets, Prometheus)" "their objects are checked against their definitions only"
