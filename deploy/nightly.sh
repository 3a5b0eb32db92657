#!/bin/sh
# The nightly round: pull this year and the last whole month, write the static site anew, keep a backup.
# Each part goes on where another failed; the last good snapshot stays. Ends with 1 where a part failed.
set -u
cd "$(dirname "$0")/.."
PYTHON="${GANDAN_PYTHON:-.venv/bin/python}"
DATA="${GANDAN_DATA:-data}"
DATASET="${GANDAN_NIGHTLY_DATASET:-live}"
failed=0

part() {
  name=$1
  shift
  if "$@"; then
    echo "nightly: $name done"
  else
    echo "nightly: $name failed" >&2
    failed=1
  fi
}

today=$(TZ=Asia/Ho_Chi_Minh date +%Y-%m-01)
last_month=$(date -d "$today - 1 day" +%Y-%m)
# GANDAN_PROVINCES: state codes or names with blanks between; all 34 without it. GANDAN_PULL_URL: another source.
set -- --data "$DATA" --dataset "$DATASET"
[ -z "${GANDAN_PROVINCES:-}" ] || set -- "$@" --province $GANDAN_PROVINCES
[ -z "${GANDAN_PULL_URL:-}" ] || set -- "$@" --base-url "$GANDAN_PULL_URL" --delay 0 0
part "pull of the year" "$PYTHON" -m etl pull --year "${today%%-*}" --fresh "$@"
part "pull of $last_month" "$PYTHON" -m etl pull --year "${last_month%-*}" --month "$(echo "${last_month#*-}" | sed 's/^0//')" --fresh "$@"
set -- --data "$DATA"
[ -z "${GANDAN_SITE_URL:-}" ] || set -- "$@" --base-url "$GANDAN_SITE_URL"
[ -z "${GANDAN_SITE:-}" ] || part "static site" "$PYTHON" -m etl site --out "$GANDAN_SITE" "$@"
[ -z "${GANDAN_BACKUPS:-}" ] || part "backup" sh deploy/backup.sh "$DATA" "$GANDAN_BACKUPS"
exit $failed
