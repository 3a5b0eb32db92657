#!/bin/sh
# Installs the packages of a lock file into a virtual environment; refuses what has none of the lock's hashes.
# Usage: packages.sh FOLDER LOCK
set -eu
echo "$1: installing the $(grep -c '^[A-Za-z]' "$2") packages of $2 (minutes, where none is there yet)"
quiet=--quiet
[ ! -t 1 ] || quiet=""
"$1/bin/pip" install --disable-pip-version-check $quiet --require-hashes -r "$2"
