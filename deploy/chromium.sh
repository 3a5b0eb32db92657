#!/bin/sh
# Makes a Chromium available to the browser tests: the one that is there, else apt's, else Playwright's own.
# Usage: chromium.sh FOLDER_OF_PROGRAMS
set -eu
. "$(dirname "$0")/system.sh"

command -v chromium >/dev/null && exit 0
install_package chromium && exit 0
"$1/playwright" install chromium
