# shellcheck shell=bash
# Builds kube-apiserver, and starts it with etcd on free ports of the loopback address. Sourced after lib.sh; `start` needs a
# folder `$scratch` and sets KUBECONFIG, `stop` ends both and removes the folder.
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
