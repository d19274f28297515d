#!/usr/bin/env bash
# Whether the playbook of docs/operations.md and the alert rules tell of the same alerts.
. "$(dirname "$0")/lib.sh"
cd "$tree"
rules=(deploy/monitoring/*alerts.yaml)
if [ ! -f "${rules[0]}" ]; then
  not_run "a section of docs/operations.md for each alert" "there are no alert rules in deploy/monitoring"
  exit 0
fi
alerts=$(sed -nE 's/^ *- alert: *//p' "${rules[@]}" | sort -u)
# From the heading of incidents on, each of the third level names an alert.
sections=$(awk '/^## / { on = ($2 == "Incidents") } on && /^### / { print $2 }' docs/operations.md | sort -u)
[ -n "$alerts" ] || fail "no alerts were read from ${rules[*]}"
diff <(printf '%s\n' "$alerts") <(printf '%s\n' "$sections") >"$tools/playbook.diff" || {
  sed -n 's/^< /no section in docs\/operations.md for the alert /p; s/^> /no alert for the section /p' "$tools/playbook.diff"
  exit 1
}
printf '%s alerts, each with its section\n' "$(printf '%s\n' "$alerts" | wc -l)"
