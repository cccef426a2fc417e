#!/usr/bin/env bash
# Asks Terraform for the value of every expression in expressions.txt and writes its answers into that file.
# With --check, tells the differences instead and fails if there are any.
#
# An expression is a line that begins with "> "; the lines up to the next are the answer. "error" stands for any error:
# our messages are our own.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TF_CLI_CONFIG_FILE=$work/terraformrc CHECKPOINT_DISABLE=1
touch "$work/terraformrc"
mkdir "$work/module"
cp "$here/expressions.tf" "$work/module/main.tf"
cd "$work/module"
terraform init -no-color >/dev/null

answer() {
  if ! printf '%s\n' "$1" | terraform console -no-color >"$work/answer" 2>"$work/error" || [ -s "$work/error" ]; then
    echo error
  else
    # Terraform says so if it had to wait a moment for its own lock.
    grep -v "ing state lock. This may take a few moments" "$work/answer" || true
  fi
}

while IFS= read -r line; do
  case $line in
    '#'*) printf '%s\n' "$line" ;;
    '> '*)
      printf '%s\n' "$line"
      answer "${line#> }"
      ;;
  esac
done <"$here/expressions.txt" >"$work/expressions.txt"

if [ "${1-}" = --check ]; then
  diff -u "$here/expressions.txt" "$work/expressions.txt"
else
  cp "$work/expressions.txt" "$here/expressions.txt"
fi
