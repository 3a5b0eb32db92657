#!/bin/sh
# The static site again, where something that it shows has changed: `.site-wanted` of the data folder says so.
# Ends with 1 where that failed; the nightly round builds it in any case.
set -u
cd "$(dirname "$0")/.."
PYTHON="${GANDAN_PYTHON:-.venv/bin/python}"
DATA="${GANDAN_DATA:-data}"
[ -e "$DATA/.site-wanted" ] || exit 0
rm -f "$DATA/.site-wanted" # before it is built: what changes meanwhile asks again
[ -n "${GANDAN_SITE:-}" ] || exit 0
set -- --data "$DATA"
[ -z "${GANDAN_SITE_URL:-}" ] || set -- "$@" --base-url "$GANDAN_SITE_URL"
exec "$PYTHON" -m etl site --out "$GANDAN_SITE" "$@"
