#!/usr/bin/env bash
# Asks Terraform for the value of every call in functions.txt and writes its answers into that file.
# With --check, tells the differences instead and fails if there are any.
#
# A call is a line that begins with "> "; the lines up to the next are the answer. "error" stands for any error: our messages
# are our own. Paths start at the folder `functions`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TF_CLI_CONFIG_FILE=$work/terraformrc CHECKPOINT_DISABLE=1
touch "$work/terraformrc"
cp -r "$here/functions" "$work/module"
cd "$work/module"

answer() {
  if ! printf '%s\n' "$1" | terraform console >"$work/answer" 2>"$work/error" || grep -q 'Error:' "$work/error"; then
    echo error
  else
    cat "$work/answer"
  fi
}

while IFS= read -r line; do
  case $line in
    '# '*) printf '%s\n' "$line" ;;
    '> '*)
      printf '%s\n' "$line"
      answer "${line#> }"
      ;;
  esac
done <"$here/functions.txt" >"$work/functions.txt"

if [ "${1-}" = --check ]; then
  diff -u "$here/functions.txt" "$work/functions.txt"
else
  cp "$work/functions.txt" "$here/functions.txt"
fi
