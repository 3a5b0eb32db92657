#!/bin/sh
# Makes the programs of a PostgreSQL server available to the tests of visits: the ones that are there, else apt's.
# Where neither is to be had, those tests say so and are skipped.
set -eu
. "$(dirname "$0")/system.sh"

command -v initdb >/dev/null && exit 0
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
install_package postgresql || echo "no PostgreSQL could be installed: its tests will be skipped" >&2
