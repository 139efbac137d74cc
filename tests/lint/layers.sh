#!/usr/bin/env bash
# layers.sh - who may include whom (core/README.md): fails on an include against the arrows.
set -euo pipefail
cd "$(dirname "$0")/../.."
declare -A may=(
    [base]=""
    [host]="base"
    [contract]="base host"
    [record]="base host"
    [mapping]="base host contract record"
    [sharing]="base host record"
    [bus]="base host"
    [audit]="base host record sharing bus"
    [intake]="base host contract record mapping sharing bus"
    [router]="base host record sharing bus audit"
    [delivery]="base host contract record mapping sharing bus"
    [site]="base host contract record mapping sharing"
    [cli]="base host contract record mapping sharing bus audit intake router delivery site"
)
bad=0
say() { echo "$1"; bad=1; }
for room in "${!may[@]}"; do
    while IFS=: read -r file line text; do
        used=$(sed -E 's/.*"([a-z_]+)\/.*/\1/' <<<"$text")
        case " $room ${may[$room]} " in
            *" $used "*) ;;
            *) say "$file:$line: $room may not include $used" ;;
        esac
    done < <(grep -nE '^#include "[a-z_]+/' -r "core/$room" --include='*.[ch]' || true)
done
while IFS=: read -r file line text; do
    used=$(sed -E 's/.*"([a-z_]+)\/.*/\1/' <<<"$text")
    case " base host contract format transport " in
        *" $used "*) ;;
        *) say "$file:$line: adapters may not include $used" ;;
    esac
done < <(grep -nE '^#include "[a-z_]+/' -r adapters --include='*.[ch]' || true)
while IFS=: read -r file line _; do
    [ "$file" = core/cli/main.c ] || say "$file:$line: only core/cli/main.c knows the registry"
done < <(grep -nE '#include "(.*adapters/|registry\.h)' -r core --include='*.[ch]' || true)
# What decides knows nothing of the tools that explain it.
while IFS=: read -r file line _; do
    case $file in
        core/sharing/tools/* | core/cli/cmd_*.c | core/cli/unapproved.c) ;;
        *) say "$file:$line: only commands may include sharing/tools" ;;
    esac
done < <(grep -nE '#include "sharing/tools/' -r core adapters --include='*.[ch]' || true)
# What is not approved is only tried, by commands that answer: nothing of the daemon asks for it.
while IFS=: read -r file line _; do
    case $file in
        core/sharing/suppose.c | core/sharing/bundle.h | core/audit/effect.c) ;;
        core/cli/cli.h | core/cli/unapproved.c | core/cli/cmd_test.c | core/cli/cmd_why.c) ;;
        *) say "$file:$line: only a command that answers may take what is not approved as approved" ;;
    esac
done < <(grep -nE 'bundle_suppose|cli_as_approved' -r core adapters --include='*.[ch]' || true)
exit $bad
