#!/bin/sh
# Makes a virtual environment, with apt's help where Python or its module venv is missing; one that fits stays.
# Usage: venv.sh FOLDER [PYTHON]                      PYTHON: such as python3.12, else the newest that fits and runs
#        venv.sh --other-than OTHER FOLDER [PYTHON]   of another version than the virtual environment OTHER
#        venv.sh --fits FOLDER [PYTHON]               makes nothing; ends with 1 where FOLDER does not fit
set -eu
. "$(dirname "$0")/system.sh"

fail() {
  echo "$1, then run make again" >&2
  exit 1
}

fits() {
  made=$(python_version "$folder/bin/python") && [ -x "$folder/bin/pip" ] && [ "$made" != "$other" ] || return 1
  [ -z "$wanted" ] || [ "$made" = "$(python_version "$wanted")" ]
}

asked="" other=""
if [ "$1" = --fits ]; then
  asked=yes
  shift
elif [ "$1" = --other-than ]; then
  other=$(python_version "$2/bin/python") || fail "$2 has no Python that fits: make it first"
  shift 2
fi
folder=$1
wanted=${2:-}

if fits; then exit 0; fi
[ -z "$asked" ] || exit 1
if [ -n "$wanted" ]; then
  python=$wanted
  command -v "$python" >/dev/null || install_package "$python" || fail "$python is missing: install it"
  version=$(python_version "$python") || fail "$python is no Python 3.11 to 3.13 that runs: name another"
  [ "$version" != "$other" ] || fail "$python is of the same version as the other one, $other: name another"
else
  python=$(newest_python "$other") || { [ -z "$other" ] && install_package python3 && python=$(newest_python); } ||
    fail "no Python 3.11 to 3.13${other:+ other than $other} was found that runs: install one"
  version=$(python_version "$python")
fi
echo "$folder: making a virtual environment of Python $version"
rm -rf "$folder"
"$python" -m venv "$folder" >/dev/null 2>&1 || {
  rm -rf "$folder"
  install_package "python$version-venv" && "$python" -m venv "$folder"
} || fail "the module venv of $python is missing: install the package python$version-venv"
