#!/bin/sh
# Makes sure an nginx is there for the tests of replicas; through apt where none is.
set -eu
. "$(dirname "$0")/system.sh"
command -v nginx >/dev/null && exit 0
install_package nginx-light || install_package nginx || {
  echo "nginx is needed by the tests of replicas and could not be installed: install the package nginx-light" >&2
  exit 1
}
