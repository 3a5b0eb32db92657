#!/bin/sh
# Puts a version into service, or the one before back, replica by replica, so that readers always have one.
# Usage: upgrade.sh VERSION [REPOSITORY]   a tag or branch of the repository (default: that of the version in service)
#        upgrade.sh --back                 the version that was in service before
set -eu
place=${GANDAN_PLACE:-/opt/gan-dan}
ports=${GANDAN_PORTS:-8501 8502}
restart=${GANDAN_RESTART:-systemctl restart gan-dan@}

healthy() {
  for _ in $(seq 60); do
    python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$1/health', timeout=3)" 2>/dev/null && return 0
    sleep 1
  done
  return 1
}

switch_to() {
  ln -sfn "$1" "$place/.next"
  mv -T "$place/.next" "$place/current"
  for port in $ports; do
    $restart"$port"
    healthy "$port" || { echo "the replica on port $port does not answer: $place/current is $1" >&2; return 1; }
  done
}

if [ "$1" = "--back" ]; then
  [ -L "$place/previous" ] || { echo "no version was in service before" >&2; exit 1; }
  target=$(readlink "$place/previous")
  ln -sfn "$(readlink "$place/current")" "$place/previous"
  switch_to "$target"
  echo "back to $target"
  exit 0
fi

version=$1
before=$(readlink "$place/current" || true)
source=${2:-$before}
target="$place/releases/$version"
if [ ! -e "$target/.ready" ]; then
  rm -rf "$target"
  mkdir -p "$place/releases"
  git clone --quiet --branch "$version" --depth 1 "$source" "$target"
  (cd "$target" && make .venv/bin/.ready && touch .ready)
fi
[ ! -e /etc/gan-dan/secrets.toml ] || ln -sfn /etc/gan-dan/secrets.toml "$target/.streamlit/secrets.toml"
if [ -n "$before" ]; then
  ln -sfn "$before" "$place/previous"
  switch_to "$target" || {
    echo "going back to $before" >&2
    switch_to "$before"
    exit 1
  }
else
  ln -sfn "$target" "$place/current"
fi
echo "$target is in service"
