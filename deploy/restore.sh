#!/bin/sh
# Puts a backup into an empty or missing data folder. Usage: restore.sh FILE DATA
# What lies in DATA is moved aside as DATA.before-<time>, never removed.
set -eu
file=$(realpath "$1")
data=$(realpath -m "$2")
cd "$(dirname "$0")/.."
exec "${GANDAN_PYTHON:-.venv/bin/python}" -m etl restore "$file" --data "$data"
