#!/bin/sh
# Makes the certified OpenID provider of npm available to the slow tests: a Node, through apt where none is, and the
# packages that tests/provider/package-lock.json names by their hashes. Needed for `make check` alone.
# Where neither is to be had, those tests say so and are skipped.
set -eu
. "$(dirname "$0")/system.sh"
cd "$(dirname "$0")/../tests/provider"

for program in nodejs npm; do
  name=${program%js}
  command -v "$name" >/dev/null || install_package "$program" || {
    echo "no $program could be installed: the tests with a real identity provider will be skipped" >&2
    exit 0
  }
done
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || {
  echo "the packages of tests/provider could not be installed: its tests will be skipped" >&2
  exit 0
}
