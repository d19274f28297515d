#!/usr/bin/env bash
# What is made of other files: pages of the chart's values, of inputs and outputs of Terraform's modules, and the chart's
# copy of the alert rules.
. "$(dirname "$0")/lib.sh"
. scripts/deploy/tools.sh
chart_tools || exit 1
(cd helm/wikimovie && helm-docs --chart-search-root . --sort-values-order file --output-file README.md --log-level error)
python3 scripts/deploy/terraform_docs.py .
cp deploy/monitoring/alerts.yaml helm/wikimovie/files/alerts.yaml
cp seeds/multiplex/1970s-1990s.ndjson.gz helm/wikimovie/files/movies.ndjson.gz
