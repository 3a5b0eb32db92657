#!/bin/sh
# Restores the last backup into a folder of its own, opens it as the app does, compares the counts, and removes it again.
# Usage: drill.sh FOLDER DATA   FOLDER holds the backups; in DATA is noted how it ended, for /metrics.
set -eu
folder=$(realpath "$1")
data=$(realpath "$2")
cd "$(dirname "$0")/.."
exec "${GANDAN_PYTHON:-.venv/bin/python}" -m etl drill --backups "$folder" --data "$data"
