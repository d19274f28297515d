#!/usr/bin/env bash
# The pages that are made of other files: of the chart's values, and of inputs and outputs of Terraform's modules.
. "$(dirname "$0")/lib.sh"
. scripts/deploy/tools.sh
chart_tools || exit 1
(cd helm/wikimovie && helm-docs --chart-search-root . --sort-values-order file --output-file README.md --log-level error)
python3 scripts/deploy/terraform_docs.py .
