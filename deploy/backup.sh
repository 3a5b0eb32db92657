#!/bin/sh
# Keeps what cannot be made again: published snapshots, raw replies and forms, visits, roles, the audit log.
# Usage: backup.sh DATA FOLDER   writes FOLDER/gan-dan-<UTC time>.tar.gz and its .sha256; keeps the last 30.
set -eu
data=$1
folder=$2
mkdir -p "$folder"
stamp=$(date -u +%Y%m%dT%H%M%SZ)
partial=$(mktemp -d "$folder/.partial-XXXXXX")
trap 'rm -rf "$partial"' EXIT
mkdir "$partial/data"
chown --reference="$data" "$partial/data" 2>/dev/null || true
chmod --reference="$data" "$partial/data"
# The pointer of each dataset first: snapshots are never changed, so what it names is whole when it is copied after.
for name in published raw audit access.yaml pulls.json captures.parquet; do
  [ ! -e "$data/$name" ] || cp -a "$data/$name" "$partial/data/"
done
rm -rf "$partial"/data/published/*/.partial-* "$partial"/data/published/*/*.lock
if [ -e "$data/visits.db" ]; then
  # A copy of the file alone could miss what stands in its journal; SQLite's own backup does not.
  "${GANDAN_PYTHON:-python3}" - "$data/visits.db" "$partial/data/visits.db" <<'PY'
import sqlite3
import sys

with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True) as source, sqlite3.connect(sys.argv[2]) as target:
    source.backup(target)
PY
  chown --reference="$data/visits.db" "$partial/data/visits.db" 2>/dev/null || true
fi
tar -C "$partial" -czf "$partial/backup.tar.gz" data
file="$folder/gan-dan-$stamp.tar.gz"
(cd "$partial" && sha256sum backup.tar.gz | sed "s/backup.tar.gz/gan-dan-$stamp.tar.gz/") > "$file.sha256"
mv "$partial/backup.tar.gz" "$file"
sync "$file"
ls -1 "$folder"/gan-dan-*.tar.gz | sort -r | tail -n +31 | while read -r old; do rm -f "$old" "$old.sha256"; done
echo "$file"
