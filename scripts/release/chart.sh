#!/usr/bin/env bash
# chart.sh FOLDER: the chart of VERSION, packed and pushed to PREFIX/charts; prints digest=DIGEST, as an output of a step.
. "$(dirname "$0")/../lib.sh"
dist=${1:?usage: chart.sh FOLDER}
mkdir -p "$dist"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R helm/wikimovie "$work/"
if [ -n "${PREFIX:-}" ]; then
  # Whoever installs it gets the images that were published with it.
  sed -i "s,^  registry: \"\"$,  registry: $PREFIX," "$work/wikimovie/values.yaml"
  sed -i "/^| image.registry |/s,\`\"\"\`,\`\"$PREFIX\"\`," "$work/wikimovie/README.md"
  if [ -n "${GITHUB_REPOSITORY:-}" ]; then
    runbook=${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY/blob/v$VERSION/docs/operations.md
    sed -i "s,^    runbook: \"\"$,    runbook: $runbook," "$work/wikimovie/values.yaml"
    grep -qx "    runbook: $runbook" "$work/wikimovie/values.yaml" || fail "values.yaml of the chart names no runbook to set"
  fi
  grep -qx "  registry: $PREFIX" "$work/wikimovie/values.yaml" || fail "values.yaml of the chart names no registry to set"
fi
helm package "$work/wikimovie" --version "${VERSION:?}" --app-version "$VERSION" --destination "$dist" >&2
if [ -n "${PREFIX:-}" ]; then
  helm push "$dist/wikimovie-$VERSION.tgz" "oci://$PREFIX/charts" >"$work/pushed" 2>&1 || { cat "$work/pushed" >&2; fail "the chart cannot be pushed"; }
  digest=$(sed -n 's/^Digest: *//p' "$work/pushed")
  [ -n "$digest" ] || { cat "$work/pushed" >&2; fail "helm tells no digest of the chart"; }
  printf 'digest=%s\n' "$digest"
fi
