#!/usr/bin/env bash
# Whether the playbook of docs/operations.md tells of the same alerts as the rules of Prometheus and the alarms of Terraform.
. "$(dirname "$0")/lib.sh"
cd "$tree"

# Headings of the third level below this one of the second.
sections() { awk -v part="## $1" '/^## / { on = ($0 == part) } on && /^### / { print $2 }' docs/operations.md | sort -u; }

# compare WHAT NAMES HEADING
compare() {
  [ -n "$2" ] || fail "no $1 was read"
  diff <(printf '%s\n' "$2") <(sections "$3") >"$tools/playbook.diff" || {
    sed -n "s/^< /no section in docs\/operations.md for the $1 /p; s/^> /no $1 for the section /p" "$tools/playbook.diff"
    exit 1
  }
  printf '%ss with a section each: %s\n' "$1" "$(printf '%s\n' "$2" | wc -l)"
}

compare alert "$(sed -nE 's/^ *- alert: *//p' deploy/monitoring/alerts.yaml | sort -u)" Incidents
alarms() {
  local file name
  for file in $(grep -rlE '^ *alarm_name ' terraform --include '*.tf'); do
    while IFS= read -r name; do
      case $name in
        *'${each.key}') sed -nE "s/^ *([a-z-]+) += \{ metric = .*/${name%%\$*}\1/p" "$file" ;;
        *) printf '%s\n' "$name" ;;
      esac
    done < <(sed -nE 's/^ *alarm_name += "\$\{var\.name\}-(.*)"/\1/p' "$file")
  done
}
compare alarm "$(alarms | sort -u)" "Alarms of CloudWatch"
