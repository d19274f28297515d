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
release=36.3

build() {
  local folder=$tools/go/kube-apiserver modules version=k8s.io/component-base/version
  installed kube-apiserver "$release" && return
  command -v go >/dev/null || { missing kube-apiserver "Go was not found: install it"; return; }
  say "Building kube-apiserver 1.$release: some minutes, once"
  mkdir -p "$folder"
  cp scripts/deploy/api-server/main.go "$folder/"
  modules=$(cd "$folder" && go mod download -json "k8s.io/kubernetes@v1.$release" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p') && [ -d "$modules" ] ||
    { missing kube-apiserver "its module could not be fetched"; return; }
  # The release's own versions of everything; what its repository holds beside it comes as modules of the same release.
  sed -e 's#^module .*#module wikimovie/api-server#' -e "s#=> ./staging/src/\(k8s.io/[a-z-]*\)#=> \1 v0.$release#" \
    "$modules/go.mod" >"$folder/go.mod"
  printf 'require k8s.io/kubernetes v1.%s\n' "$release" >>"$folder/go.mod"
  install -m 644 "$modules/go.sum" "$folder/go.sum"
  quietly env GOFLAGS=-buildvcs=false go build -C "$folder" -mod=mod -o "$tools/bin/kube-apiserver" \
    -ldflags "-s -w -X $version.gitVersion=v1.$release -X $version.gitMajor=1 -X $version.gitMinor=${release%.*}" . ||
    { missing kube-apiserver "it could not be built"; return; }
  printf '%s' "$release" >"$tools/stamps/kube-apiserver"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

started=()
# At once: the API server would wait for etcd, and what both know is thrown away.
stop() {
  local pid
  for pid in "${started[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$scratch"
}

start() {
  local etcd peer api
  etcd=$(free_port) peer=$(free_port) api=$(free_port)
  etcd --data-dir "$scratch/etcd" --listen-client-urls "http://127.0.0.1:$etcd" --advertise-client-urls "http://127.0.0.1:$etcd" \
    --listen-peer-urls "http://127.0.0.1:$peer" --unsafe-no-fsync --log-level error >"$scratch/etcd.log" 2>&1 &
  started+=($!)
  openssl genrsa -out "$scratch/accounts.key" 2048 2>/dev/null
  openssl rsa -in "$scratch/accounts.key" -pubout -out "$scratch/accounts.pub" 2>/dev/null
  local token
  token=$(openssl rand -hex 16)
  printf '%s,admin,admin,"system:masters"\n' "$token" >"$scratch/tokens.csv"
  kube-apiserver --etcd-servers "http://127.0.0.1:$etcd" --cert-dir "$scratch/certificates" --bind-address 127.0.0.1 \
    --secure-port "$api" --service-account-key-file "$scratch/accounts.pub" --service-account-signing-key-file "$scratch/accounts.key" \
    --service-account-issuer https://kubernetes.default.svc --token-auth-file "$scratch/tokens.csv" --authorization-mode RBAC \
    --service-cluster-ip-range 10.0.0.0/24 >"$scratch/api.log" 2>&1 &
  started+=($!)
  cat >"$scratch/kubeconfig" <<CONFIG
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://127.0.0.1:$api", insecure-skip-tls-verify: true}}]
users: [{name: admin, user: {token: "$token"}}]
contexts: [{name: test, context: {cluster: test, user: admin}}]
current-context: test
CONFIG
  export KUBECONFIG=$scratch/kubeconfig HELM_CACHE_HOME=$scratch/helm HELM_CONFIG_HOME=$scratch/helm HELM_DATA_HOME=$scratch/helm
  for _ in $(seq 300); do
    [ "$(kubectl get --raw /readyz 2>/dev/null)" != ok ] || return 0
    kill -0 "${started[1]}" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 20 "$scratch/api.log"
  fail "the API server did not start"
}

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
release rollback wikimovie 1
release uninstall wikimovie
left=$(kubectl get --namespace movies deployments,services,ingresses,httproutes,networkpolicies,poddisruptionbudgets,serviceaccounts \
  --selector app.kubernetes.io/instance=wikimovie -o name)
[ -z "$left" ] || fail "uninstalling left $left"
say "Installed, upgraded twice, rolled back and uninstalled on Kubernetes v1.$release"
not_run "pods of the chart" "no kubelet and no images here; images are run by the gate of images"
not_run "operators (KEDA, ECK, cert-manager, External Secrets, Prometheus)" "their objects are checked against their definitions only"
