#!/bin/sh
# Makes Java 17 or 21 available to the tests of Spark: the one that is there, else apt's.
# Where neither is to be had, those tests say so and are skipped.
set -eu
. "$(dirname "$0")/system.sh"

command -v java >/dev/null && exit 0
install_package openjdk-17-jre-headless || install_package openjdk-21-jre-headless ||
  echo "no Java could be installed: the tests of Spark will be skipped" >&2
