#!/bin/sh
# The nightly round: pull the open periods and those not settled, write the static site and the
# bulletins, keep what is expected of the open month, send messages, keep a backup, try it,
# remove what is over its time.
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

# GANDAN_PROVINCES: state codes or names with blanks between; all 34 without it. GANDAN_PULL_URL: another source.
# GANDAN_PULL_SINCE: the first month. GANDAN_PULL_BUDGET: how many questions a night; GANDAN_PULL_UNTIL: no province is
# begun after that time in Vietnam. What is left then is asked for in the next nights.
set -- --data "$DATA" --dataset "$DATASET" --since "${GANDAN_PULL_SINCE:-2026-01}"
set -- "$@" --budget "${GANDAN_PULL_BUDGET:-1500}"
[ -z "${GANDAN_PULL_UNTIL:-}" ] || set -- "$@" --until "$GANDAN_PULL_UNTIL"
[ -z "${GANDAN_PROVINCES:-}" ] || set -- "$@" --province $GANDAN_PROVINCES
[ -z "${GANDAN_PULL_URL:-}" ] || set -- "$@" --base-url "$GANDAN_PULL_URL" --delay 0 0
part "pull" "$PYTHON" -m etl pull "$@"
# After an upgrade: small numbers by the policy as it is now, and no free text that an earlier version has kept.
[ ! -e "$DATA/published/$DATASET/current" ] || part "withhold" "$PYTHON" -m etl withhold --data "$DATA" --dataset "$DATASET"
set -- --data "$DATA"
[ -z "${GANDAN_SITE_URL:-}" ] || set -- "$@" --base-url "$GANDAN_SITE_URL"
rm -f "$DATA/.site-wanted"
[ -z "${GANDAN_SITE:-}" ] || part "static site" "$PYTHON" -m etl site --out "$GANDAN_SITE" "$@"
# GANDAN_BULLETINS: the bulletin of each province in the period that its pages open on; a file per month stays.
[ -z "${GANDAN_BULLETINS:-}" ] || [ ! -e "$DATA/published/$DATASET/current" ] || part "bulletins" "$PYTHON" -m etl bulletin \
  --province ${GANDAN_BULLETIN_PROVINCES:-all} --period latest --out "$GANDAN_BULLETINS" --dataset "$DATASET" --data "$DATA"
# GANDAN_BULLETIN_WEEKDAY: on that day of the week (1: Monday … 7) also one of the open month up to now.
[ -z "${GANDAN_BULLETINS:-}" ] || [ "${GANDAN_BULLETIN_WEEKDAY:-}" != "$(TZ=Asia/Ho_Chi_Minh date +%u)" ] ||
  [ ! -e "$DATA/published/$DATASET/current" ] || part "weekly bulletins" "$PYTHON" -m etl bulletin \
  --province ${GANDAN_BULLETIN_PROVINCES:-all} --period running --out "$GANDAN_BULLETINS" --dataset "$DATASET" --data "$DATA"
# What is expected of the month that is not closed: kept once a month, so that it can be scored.
[ ! -e "$DATA/published/$DATASET/current" ] || part "forecast" "$PYTHON" -m etl forecast --dataset "$DATASET" --data "$DATA"
# GANDAN_POST_URL: what is new goes to those who asked for it.
[ -z "${GANDAN_POST_URL:-}" ] || part "messages" "$PYTHON" -m etl post --dataset "$DATASET" --data "$DATA"
[ -z "${GANDAN_BACKUPS:-}" ] || part "backup" sh deploy/backup.sh "$DATA" "$GANDAN_BACKUPS"
# GANDAN_DRILL=yes: the backup is restored aside and compared.
if [ -n "${GANDAN_BACKUPS:-}" ] && [ "${GANDAN_DRILL:-no}" = yes ]; then
  part "drill" sh deploy/drill.sh "$GANDAN_BACKUPS" "$DATA"
fi
# After the backup: what goes is in the last ones for a while.
part "prune" "$PYTHON" -m etl prune --data "$DATA"
exit $failed
