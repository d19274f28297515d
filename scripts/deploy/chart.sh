#!/usr/bin/env bash
# The chart: its own lint, tests of what it renders, each value file of ci/ against the schemas of Kubernetes and of the
# operators, values against their schema and against docs, and every variable against the settings that the binaries know.
. "$(dirname "$0")/lib.sh"
. scripts/deploy/tools.sh
chart_tools || exit 0
schemas || exit 0
chart=$tree/helm/wikimovie
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for values in "$chart"/ci/*.yaml; do
  name=$(basename "$values" .yaml)
  helm lint --strict --quiet --kube-version "$kubernetes" "$chart" -f "$values"
  render "$chart" "$values" >"$scratch/$name.yaml" || fail "the chart cannot be rendered with ci/$name.yaml"
  kubeconform -strict -summary -kubernetes-version "$kubernetes.0" -schema-location \
    "$tools/schemas/{{ .ResourceKind }}{{ .KindSuffix }}.json" "$scratch/$name.yaml" |
    sed "s#^#ci/$name.yaml: #"
done

untt "$chart" >"$scratch/tests" || { cat "$scratch/tests"; fail "tests of the chart failed"; }
sed -n '/^Tests:/p' "$scratch/tests"

chart_python scripts/deploy/chart_values.py "$tree" "$scratch"/*.yaml

cp "$chart/README.md" "$scratch/README.md"
(cd "$chart" && helm-docs --chart-search-root . --sort-values-order file --output-file README.md --dry-run --log-level error) >"$scratch/made.md"
diff -u "$scratch/README.md" "$scratch/made.md" || fail "helm/wikimovie/README.md is not what its values say: make deploy-docs"

# A chart holds its own files only.
cmp "$tree/deploy/monitoring/alerts.yaml" "$chart/files/alerts.yaml" || fail "the chart has other alert rules than deploy/monitoring: make deploy-docs"
cmp "$tree/seeds/multiplex/1970s-1990s.ndjson.gz" "$chart/files/movies.ndjson.gz" || fail "the chart's sample movies are not those of seeds: make deploy-docs"
