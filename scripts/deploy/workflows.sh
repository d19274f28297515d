#!/usr/bin/env bash
# The workflows of .github: their syntax and expressions (actionlint, with shellcheck over what they run), what would let a
# stranger in (zizmor), and the files beside them by their published schemas.
. "$(dirname "$0")/lib.sh"
cd "$tree"
# actionlint asks it, too.
debian_tool shellcheck shellcheck || true
if go_tool actionlint github.com/rhysd/actionlint/cmd/actionlint@v1.7.12; then
  actionlint .github/workflows/*.yml
fi
# In a called workflow, github.workflow is the one that calls.
for workflow in $(grep -lE '^  workflow_call:' .github/workflows/*.yml); do
  ! grep -qE '^ +group:.*github\.workflow' "$workflow" || fail "$workflow: who calls it and it would wait for each other, as members of one concurrency group"
done
if python_tool zizmor zizmor==1.32.0; then
  zizmor --offline --quiet --no-progress --config .github/zizmor.yml .github
fi
if python_tool check-jsonschema check-jsonschema==0.39.0; then
  check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
  check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
fi
# Last, for it is slow.
if command -v shellcheck >/dev/null; then
  shellcheck --external-sources --severity warning scripts/deploy-check.sh scripts/aws-walk.sh scripts/push-images.sh scripts/coverage.sh scripts/deploy/*.sh scripts/deploy/*/*.sh \
    scripts/release/*.sh deploy/*.sh deploy/*/*.sh
fi
not_run "the workflows themselves" "they need GitHub's runners; what they run is the scripts that make runs here"
