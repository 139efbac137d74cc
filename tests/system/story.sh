#!/usr/bin/env bash
# story.sh BUS PROGRAM - the example region's story on one bus: embedded, kafka (one process), kafka-split (a process a part).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
broker=
cleanup() {
    [ -z "$broker" ] || "$here/kafka/broker" stop "$broker" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap cleanup EXIT
words=(--program "$2" --folder "$work/region")
case $1 in
    embedded) ;;
    kafka|kafka-split)
        broker=$work/broker
        "$here/kafka/broker" fetch
        bootstrap=$("$here/kafka/broker" start "$broker" | tail -n 1)
        words+=(--bus "kafka://$bootstrap" --prefix wexshire.)
        [ "$1" = kafka ] || words+=(--split)
        ;;
    *) echo "story.sh: no bus '$1'" >&2; exit 2 ;;
esac
python3 -B "$here/../../deploy/play" "${words[@]}"
