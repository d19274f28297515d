# shellcheck shell=bash
# Tools that the gates of chart and API server share. Sourced after lib.sh.

kubernetes=1.36

# go_command NAME PACKAGE@VERSION [go mod edit flag…]: like go_tool, for commands whose module replaces others, which
# `go install` refuses.
go_command() {
  local name=$1 package=$2 folder=$tools/go/$1
  shift 2
  installed "$name" "$package" && return
  command -v go >/dev/null || { missing "$name" "Go was not found: install it"; return; }
  say "Building $name ($package)"
  rm -rf "$folder"
  mkdir -p "$folder"
  (
    cd "$folder"
    export GOFLAGS=-buildvcs=false
    quietly go mod init "wikimovie/$name"
    for flag in "$@"; do quietly go mod edit "$flag"; done
    quietly go get -tool "$package" && quietly go build -o "$tools/bin/$name" "${package%@*}"
  ) || { missing "$name" "it could not be built"; return; }
  printf '%s' "$package" >"$tools/stamps/$name"
}

chart_tools() {
  go_tool helm helm.sh/helm/v3/cmd/helm@v3.22.0 &&
    go_tool kubeconform github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0 &&
    go_tool helm-docs github.com/norwoodj/helm-docs/cmd/helm-docs@v1.14.2 &&
    go_command untt github.com/helm-unittest/helm-unittest/cmd/helm-unittest@v1.1.2 \
      -replace=github.com/vmware-labs/yaml-jsonpath=github.com/helm-unittest/yaml-jsonpath@v0.4.0 &&
    python_tool kubernetes-validate kubernetes-validate==1.36.0
}

# With PyYAML, which kubernetes-validate brings.
chart_python() { "$tools/python/kubernetes-validate/bin/python" "$@"; }

# Definitions of operators' resources, as files of $tools/crds.
definitions() {
  local list=scripts/deploy/crds.tsv module path folder=$tools/crds
  if cmp -s "$list" "$folder/crds.tsv"; then return; fi
  say "Fetching the definitions of operators' resources"
  rm -rf "$folder"
  mkdir -p "$folder"
  while IFS=$'\t' read -r module path; do
    case $module in '' | '#'*) continue ;; esac
    local at
    at=$(cd "$tools" && go mod download -json "$module" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p') && [ -f "$at/$path" ] ||
      { missing "definitions of ${path##*/}" "$module could not be fetched"; return; }
    install -m 644 "$at/$path" "$folder/" || fail "${path##*/} could not be copied"
  done <"$list"
  cp "$list" "$folder/crds.tsv"
}

# Schemas for kubeconform: of Kubernetes' own resources and of operators', as files of $tools/schemas.
schemas() {
  local stamp
  stamp=$(cat scripts/deploy/crds.tsv scripts/deploy/schemas.py | cksum)
  if [ "$(cat "$tools/schemas/stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
  definitions || return
  rm -rf "$tools/schemas"
  chart_python scripts/deploy/schemas.py "$kubernetes" "$tools/crds" "$tools/schemas" || fail "schemas could not be written"
  printf '%s' "$stamp" >"$tools/schemas/stamp"
}

# render CHART VALUES: what the chart makes of a file of values.
render() {
  helm template wikimovie "$1" --namespace movies --kube-version "$kubernetes" -f "$2"
}
