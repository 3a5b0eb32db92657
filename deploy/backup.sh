#!/bin/sh
# Keeps what cannot be made again: published snapshots, dossiers, raw replies and forms, visits, roles, the audit log.
# Usage: backup.sh DATA FOLDER   writes FOLDER/gan-dan-<UTC time>.tar.gz and its .sha256; keeps as many as data/retention.yaml says.
# A backup counts only after it was read back; else this ends with 1, and those from before stay.
set -eu
data=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
cd "$(dirname "$0")/.."
exec "${GANDAN_PYTHON:-.venv/bin/python}" -m etl backup --data "$data" --to "$folder"
