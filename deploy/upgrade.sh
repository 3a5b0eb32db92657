#!/bin/sh
# Puts a version into service, or the one before back, replica by replica, so that readers always have one.
# Usage: upgrade.sh VERSION [REPOSITORY]   a tag or branch of the repository (default: where the version in service is from)
#        upgrade.sh --back                 the version that was in service before
# Each version lies in a folder of its own, named after its commit; the one in service and the one before it are kept.
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
  before=$(readlink "$place/current")
  switch_to "$target"
  ln -sfn "$before" "$place/previous"
  echo "back to $target"
  exit 0
fi

version=$1
before=$(readlink "$place/current" || true)
source=${2:-$(git -C "${before:-/}" remote get-url origin)} || {
  echo "from which repository? upgrade.sh $version REPOSITORY" >&2
  exit 1
}
mkdir -p "$place/releases"
cloned=$(mktemp -d "$place/releases/.clone-XXXXXX")
trap 'rm -rf "$cloned"' EXIT
git clone --quiet --branch "$version" --depth 1 "$source" "$cloned"
target="$place/releases/$(echo "$version" | tr / -)-$(git -C "$cloned" rev-parse --short=12 HEAD)"
if [ ! -e "$target/.ready" ]; then
  rm -rf "$target"
  mv "$cloned" "$target"
  chmod 755 "$target"
  # Where visits lie in PostgreSQL the version needs its driver, as the one before it did.
  extra=$(grep -qs '^GANDAN_VISITS_URL="\{0,1\}postgresql' "${GANDAN_ENV:-/etc/gan-dan/env}" && echo postgres || true)
  (cd "$target" && make .venv/bin/.ready EXTRA="$extra" && touch .ready)
fi
if [ "$target" = "$before" ]; then
  echo "$target is in service already"
  exit 0
fi
[ ! -e /etc/gan-dan/secrets.toml ] || ln -sfn /etc/gan-dan/secrets.toml "$target/.streamlit/secrets.toml"
if [ -n "$before" ]; then
  switch_to "$target" || {
    echo "going back to $before" >&2
    switch_to "$before"
    exit 1
  }
  ln -sfn "$before" "$place/previous"
else
  ln -sfn "$target" "$place/current"
fi
for old in "$place"/releases/*; do
  [ "$old" = "$target" ] || [ "$old" = "$before" ] || rm -rf "$old"
done
echo "$target is in service"
