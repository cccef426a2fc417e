#!/bin/sh
# Builds hello.wasm from hello.c. Needs Python and cargo; the compiler comes from PyPI (`pip install ziglang`).
# hello.wasm is checked in: run this only after a change.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# 1. C to a core module: no libc, no start function, only what hello.c exports.
"${PYTHON:-python3}" -m ziglang cc -target wasm32-freestanding -Os -std=c11 -Wall -Wextra \
  -nostdlib -Wl,--no-entry -Wl,--strip-all -Wl,-z,stack-size=16384 \
  -o "$out/core.wasm" "$here/hello.c"

# 2. The core module to a component that implements the world `plugin`.
cd "$here/../../.."
cargo run --quiet -p hotswap-component --example componentize -- \
  "$out/core.wasm" examples/plugins/wit plugin "$here/hello.wasm"
