#!/usr/bin/env bash
# readme.sh BUILD - runs every command of README.md's sh blocks as written, from the top of the tree. tests/run itself is what runs
# this test: it must be there, and it and the documents must name the same options. Presets that they name must exist.
# BUILD/bin stands in for build/release/bin when that was not built.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top"
ran=0
while read -r line; do
    [ "$line" = tests/run ] && { test -x tests/run; continue; }
    [ -x build/release/bin/concordat ] || line=${line/#build\/release/$1}
    echo "\$ $line"
    bash -c "$line" >/dev/null </dev/null || { echo "README's command failed: $line"; exit 1; }
    ran=$((ran + 1))
done < <(awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on && NF' README.md)
[ "$ran" -ge 4 ] || { echo "README has only $ran commands to run"; exit 1; }
grep -oE '`(adapters|core|deploy|schemas|tests)/[a-zA-Z0-9_./-]*`' README.md | tr -d '`' | sort -u | while read -r path; do
    [ -e "$path" ] || { echo "README names $path, which is not there"; exit 1; }
done
options() { grep -ohE 'tests/run --[a-z]+' "$@" | sort -u; }
told=$(options README.md tests/README.md .github/CONTRIBUTING.md) taken=$(tests/run --help | options; echo 'tests/run --help')
[ "$told" = "$(sort -u <<<"$taken")" ] || { printf 'documents name:\n%s\ntests/run takes:\n%s\n' "$told" "$taken"; exit 1; }
if tests/run --no-such-option >/dev/null 2>&1; then echo "tests/run takes any option"; exit 1; fi
presets() { # KIND COMMAND: each that is named behind that command is there
    local name
    for name in $(grep -ohE "$2 [a-z-]+" tests/README.md .github/CONTRIBUTING.md tests/run deploy/demo | sed 's/.* //' | sort -u); do
        cmake --list-presets="$1" | grep -qF "\"$name\"" || { echo "no preset '$name' for $2"; exit 1; }
    done
}
presets configure 'cmake --preset'
presets build 'cmake --build --preset'
presets test 'ctest --preset'
grep -qx 'tests/run' .ci/run || { echo ".ci/run does not run README's test command"; exit 1; }
echo "$ran commands of README.md ran"
