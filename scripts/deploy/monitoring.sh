#!/usr/bin/env bash
# deploy/monitoring: the rules by Prometheus's own tool, which also runs their tests; a page for each alert to link to; and a
# dashboard of which every panel can be narrowed to a namespace and an instance.
. "$(dirname "$0")/lib.sh"
scripts/prometheus.sh
command -v promtool >/dev/null || { say "SKIPPED: alert rules (promtool was not found)"; exit 0; }
cd "$tree"
promtool check rules --lint=all --lint-fatal deploy/monitoring/alerts.yaml
promtool test rules deploy/monitoring/alerts_test.yaml
python3 - deploy/monitoring <<'PYTHON'
import json, pathlib, re, sys

folder = pathlib.Path(sys.argv[1])
text = (folder / "alerts.yaml").read_text()
faults = []
for name, rule in re.findall(r"- alert: (\w+)\n(.*?)(?=\n\n|\Z)", text, re.S):
    found = re.search(r"runbook_url: (.*)", rule)
    if not found or found[1] != f"docs/operations.md#{name.lower()}":
        faults.append(f"{name} has no runbook_url of its own")
for panel in json.loads((folder / "dashboard.json").read_text())["panels"]:
    for target in panel.get("targets", []):
        for selector in re.findall(r"wikimovie_\w+(\{[^}]*\})?", target["expr"]):
            if "$namespace" not in selector or "$instance" not in selector:
                faults.append(f"the panel {panel['title']} shows all namespaces and instances as one")
print(*faults, sep="\n", end="\n" if faults else "")
sys.exit(bool(faults))
PYTHON
