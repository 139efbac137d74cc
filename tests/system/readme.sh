#!/usr/bin/env bash
# readme.sh BUILD - runs every command of README.md's sh blocks as written, from the top of the tree. tests/run itself is what runs
# this test, and is only checked to be there. BUILD/bin stands in for build/release/bin when that was not built.
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
echo "$ran commands of README.md ran"
