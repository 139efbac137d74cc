#!/usr/bin/env bash
# banned.sh - functions that are not used here, malloc outside the arena, a second file for a third-party library,
# files and functions past their limit, and what must never be in the repository.
set -euo pipefail
cd "$(dirname "$0")/../.."
bad=0
say() { echo "$1"; bad=1; }
hits() { grep -nE "$1" -r core adapters tests --include='*.[ch]' | grep -vE "${2:-^$}" || true; }
while read -r hit; do [ -z "$hit" ] || say "$hit: banned function"; done < <(
    hits '\b(strcpy|strcat|strncpy|sprintf|vsprintf|strtok|atoi|atol|gets|localtime|gmtime)\(')
while read -r hit; do [ -z "$hit" ] || say "$hit: memory comes from base/arena.h"; done < <(
    hits '\b(malloc|calloc|realloc)\(' '^core/base/arena\.c')
while read -r hit; do [ -z "$hit" ] || say "$hit: tests wait on conditions"; done < <(
    grep -nE '\b(sleep|usleep|nanosleep)\(' -r tests --include='*.c' || true)
# A wall clock that is set back must not make a wait longer: conditions are made and waited for in base/wait.c.
while read -r hit; do [ -z "$hit" ] || say "$hit: waits go by base/wait.h"; done < <(
    hits '\b(pthread_cond_timedwait|sem_timedwait|pthread_mutex_timedlock|pthread_timedjoin_np)\(' \
        '^core/base/wait\.c'
    hits '\bpthread_cond_init\(' '^(core/base/wait\.c|tests/)'
    hits '\bCLOCK_REALTIME\b|\btime\((NULL|0|&)' '^(core/base/clock\.c|adapters/transport/folder_out\.c|tests/)')
while read -r hit; do [ -z "$hit" ] || say "$hit: what is printed is printed by host/say.h"; done < <(
    hits '\b(printf|fprintf|vprintf|vfprintf|dprintf|puts|fputs|putchar|fputc|putc|fwrite|perror)\(' \
        '^(core/(host/say|commands/passphrase)\.c|tests/)')
# What is built is listed: a file that nobody lists must not be built, nor one that is gone be missed in silence.
while read -r hit; do [ -z "$hit" ] || say "$hit: sources are listed by name"; done < <(
    git ls-files '*CMakeLists.txt' '*.cmake' | xargs grep -nE 'file *\( *GLOB|aux_source_directory' || true)
for header in librdkafka/rdkafka.h avro.h curl/curl.h microhttpd.h yaml.h sqlite3.h zlib.h; do
    files=$(grep -lF "<$header>" -r core adapters --include='*.[ch]' | wc -l)
    [ "$files" -le 1 ] || say "<$header> is included by $files files"
done
while read -r lines file; do
    [ "$file" = total ] || [ "$lines" -le 600 ] || say "$file: $lines lines, the limit is 600"
done < <(git ls-files '*.c' | xargs wc -l)
while read -r line; do say "$line"; done < <(
    git ls-files 'core/*.c' 'adapters/*.c' | xargs pmccabe |
        awk '$1 > 15 || $5 > 60 { print $6 " " $7 ": complexity " $1 ", " $5 " lines" }')
exit $bad
