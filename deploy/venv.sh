#!/bin/sh
# Makes a virtual environment, with apt's help where Debian left the module venv out.
# Usage: venv.sh PYTHON FOLDER
set -eu
. "$(dirname "$0")/system.sh"

[ -x "$2/bin/pip" ] && exit 0
command -v "$1" >/dev/null || install_package "$1" || {
  echo "$1 is needed and could not be installed: install Python 3.11, then run make again" >&2
  exit 1
}
"$1" -m venv "$2" 2>/dev/null || {
  rm -rf "$2"
  install_package "$1-venv" && "$1" -m venv "$2"
} || {
  echo "the module venv of $1 is missing: install the package $1-venv, then run make again" >&2
  exit 1
}
