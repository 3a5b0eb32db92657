#!/bin/sh
# Stops what deploy/spark/start.sh started, by the process numbers it kept.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
run=${1:-$here/data/spark}
for file in "$run"/worker-*.pid "$run"/master.pid; do
    [ -f "$file" ] || continue
    kill "$(cat "$file")" 2>/dev/null || true
    rm -f "$file"
done
