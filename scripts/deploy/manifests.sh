#!/usr/bin/env bash
# skaffold.yaml and deploy/: by the schemas that Skaffold and eksctl publish with their own code, and by Kubernetes' own for
# what Skaffold applies beside the chart.
. "$(dirname "$0")/lib.sh"
scripts=$PWD/scripts/deploy
cd "$tree"
skaffold=v2.16.1 eksctl=v0.215.0

# Prints the folder of a Go module.
module() {
  command -v go >/dev/null || { missing "schemas of Skaffold and eksctl" "Go was not found: install it" >&2; return 1; }
  (cd / && go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
}

if python_tool check-jsonschema check-jsonschema==0.39.0; then
  if folder=$(module "github.com/GoogleContainerTools/skaffold/v2@$skaffold"); then
    version=$(sed -n 's,^apiVersion: skaffold/,,p' skaffold.yaml)
    check-jsonschema --schemafile "$folder/docs-v2/content/en/schemas/$version.json" skaffold.yaml
  fi
  if folder=$(module "github.com/weaveworks/eksctl@$eksctl"); then
    check-jsonschema --schemafile "$folder/pkg/apis/eksctl.io/v1alpha5/assets/schema.json" deploy/eksctl/cluster.yaml
  fi
fi
# What Skaffold names has to be there.
while IFS= read -r file; do
  [ -e "$file" ] || fail "skaffold.yaml names $file, which is not there"
done < <(sed -nE 's/^ *(chartPath|valuesFiles|paths|command): *\[?([a-z][^]]*[a-z])\]?$/\2/p' skaffold.yaml)
for target in $(sed -nE 's/.*docker: \{target: ([a-z-]+)\}/\1/p' skaffold.yaml); do
  grep -q "AS $target\$" Dockerfile || fail "skaffold.yaml builds $target, which Dockerfile does not make"
done

# What it sets has to be a value of the chart, whose schema refuses others.
. "$scripts/tools.sh"
if chart_tools; then
  chart_python "$scripts/skaffold_values.py" skaffold.yaml >"$tools/skaffold.tsv"
  while IFS=$'\t' read -r -a release; do
    helm template wikimovie --kube-version "$kubernetes" "${release[@]:1}" >"$tools/skaffold.yaml" || fail "the chart refuses what skaffold.yaml sets"
    # The images of ours; others are those of helm test.
    found=$(sed -nE 's/^ *image: ([^ ]*wikimovie[^ ]*)$/\1/p' "$tools/skaffold.yaml" | sort -u | paste -sd, -)
    [ "$found" = "${release[0]}" ] || fail "skaffold.yaml builds ${release[0]}, and the chart runs $found"
  done <"$tools/skaffold.tsv"
  printf 'skaffold: %s releases run what is built\n' "$(wc -l <"$tools/skaffold.tsv")"
fi

if command -v kubectl >/dev/null; then
  kubectl kustomize deploy/localstack >"$tools/services.yaml"
  if python_tool kubernetes-validate kubernetes-validate==1.36.0; then
    kubernetes-validate --kubernetes-version 1.36 --strict "$tools/services.yaml"
  fi
else
  missing "deploy/localstack" "kubectl was not found: install it" || true
fi
python3 -m compileall -q deploy/chaos/steady_state.py
not_run "experiments of deploy/chaos" "they need a cluster with Chaos Mesh, whose schemas no registry has; the check of the steady state is run against a gateway by scripts/deploy/image-run.sh"
not_run "skaffold and eksctl themselves" "they need a cluster and AWS"
