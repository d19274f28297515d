#!/usr/bin/env bash
# Whether the gates find what they are for: plants one fault at a time into a copy of the files, and asks that the gate fails
# and says why. The faults stand in faults/GATE.tsv: file, sed script, what the gate must say (a regular expression); those of
# GATE.full.tsv, whose finding takes its time, are planted with --full only. FAULTS_OF=GATE plants those of one gate.
. "$(dirname "$0")/lib.sh"

copy() {
  rm -rf "$1"
  mkdir -p "$1"
  git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    [ ! -e "$file" ] || printf '%s\0' "$file"
  done | xargs -0 cp --parents -t "$1"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
planted=0 missed=0
for table in scripts/deploy/faults/*.tsv; do
  gate=$(basename "$table" .tsv)
  arguments=()
  case $gate in
    *.full)
      [ "$full" = true ] || continue
      gate=${gate%.full} arguments=(--full)
      ;;
  esac
  [ "${FAULTS_OF:-$gate}" = "$gate" ] || continue
  while IFS=$'\t' read -r file script expected; do
    case $file in '' | '#'*) continue ;; esac
    copy "$scratch/tree"
    sed -i -E "$script" "$scratch/tree/$file"
    ! cmp -s "$file" "$scratch/tree/$file" || fail "$table: nothing is changed in $file by $script"
    planted=$((planted + 1))
    if DEPLOY_TREE=$scratch/tree "scripts/deploy/$gate.sh" ${arguments[@]+"${arguments[@]}"} >"$scratch/said" 2>&1 </dev/null; then
      printf 'NOT FOUND by %s: %s in %s\n' "$gate" "$script" "$file"
      missed=$((missed + 1))
    elif ! grep -qE -- "$expected" "$scratch/said"; then
      printf 'Found by %s for another reason than %s: %s in %s\n' "$gate" "$expected" "$script" "$file"
      tail -n 5 "$scratch/said" | sed 's/^/  /'
      missed=$((missed + 1))
    fi
  done <"$table"
done
printf '%s faults planted, %s not found\n' "$planted" "$missed"
[ "$missed" = 0 ]
