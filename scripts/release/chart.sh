#!/usr/bin/env bash
# chart.sh FOLDER: the chart of VERSION, packed and pushed to PREFIX/charts.
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
  grep -qx "  registry: $PREFIX" "$work/wikimovie/values.yaml" || fail "values.yaml of the chart names no registry to set"
fi
helm package "$work/wikimovie" --version "${VERSION:?}" --app-version "$VERSION" --destination "$dist"
[ -z "${PREFIX:-}" ] || helm push "$dist/wikimovie-$VERSION.tgz" "oci://$PREFIX/charts"
