# Functions for the set-up scripts; sourced, not run.

# install_package NAME: through apt, as root or with a password-less sudo; fails where neither is to be had.
install_package() {
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" -eq 0 ]; then
    as_root=""
  elif sudo -n true 2>/dev/null; then
    as_root="sudo"
  else
    return 1
  fi
  echo "installing the package $1 through apt" >&2
  $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1" >/dev/null
}

# python_version PROGRAM: prints its version, such as 3.11; fails where it does not start or is not 3.11 to 3.13.
python_version() {
  "$1" -c '
import sys
version = sys.version_info[:2]
print("%d.%d" % version)
sys.exit(not (3, 11) <= version <= (3, 13))' 2>/dev/null
}

# newest_python [VERSION]: prints the newest Python that fits, of another version than VERSION; fails where there is none.
# Each is tried: a name on the PATH may belong to a version manager and start nothing. Those of pyenv come last.
newest_python() {
  kept="${PYENV_ROOT:-${HOME:-}/.pyenv}/versions"
  for program in python3.13 python3.12 python3.11 python3 \
    "$kept"/3.13.*/bin/python3 "$kept"/3.12.*/bin/python3 "$kept"/3.11.*/bin/python3; do
    if version=$(python_version "$program") && [ "$version" != "${1:-}" ]; then
      echo "$program"
      return 0
    fi
  done
  return 1
}
