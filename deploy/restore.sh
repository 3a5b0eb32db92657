#!/bin/sh
# Puts a backup into an empty or missing data folder. Usage: restore.sh FILE DATA
# What lies in DATA is moved aside as DATA.before-<time>, never removed.
set -eu
file=$1
data=${2%/}
(cd "$(dirname "$file")" && sha256sum -c "$(basename "$file").sha256" >/dev/null) || {
  echo "$file is not what was backed up: its checksum differs" >&2
  exit 1
}
mkdir -p "$(dirname "$data")"
partial=$(mktemp -d "$(dirname "$data")/.restore-XXXXXX")
trap 'rm -rf "$partial"' EXIT
tar -C "$partial" -xzf "$file"
if [ -e "$data" ]; then
  aside="$data.before-$(date -u +%Y%m%dT%H%M%SZ)"
  mv "$data" "$aside"
  # What a backup leaves out because it can be made again, or belongs to the program.
  for name in "$aside"/*; do
    base=$(basename "$name")
    [ -e "$partial/data/$base" ] || [ "${base#visits.db-}" != "$base" ] || cp -a "$name" "$partial/data/$base"
  done
  echo "what was there lies in $aside"
fi
mv "$partial/data" "$data"
echo "restored $data from $file"
