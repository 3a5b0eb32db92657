#!/bin/sh
# Tool:     shapely 2.2.0 with GEOS 3.14.1
# Expected: shapely.force_3d(geometry, z=7) gives every geometry without heights the height 7, and leaves one that has
#           heights as it is; the measures (M) of a geometry stay beside both.
# Happens:  a geometry with measures and no heights comes back unchanged: still without a height. One with both loses its
#           measures, and its own height is overwritten with 7. Only geometries without measures are treated as
#           expected.
# Way out:  shapely.force_2d first, which drops both and keeps x and y; then force_3d. Ask has_z afterwards.
# Seen:     2026-11, Python 3.11.2: POINT M (1 2 5) stays POINT M (1 2 5); POINT ZM (1 2 3 5) becomes
#           POINT Z (1 2 7)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile shapely==2.2.0
cd "$folder"
venv/bin/python - <<'PY'
import shapely

EXPECTED = {
    "POINT (1 2)": "POINT Z (1 2 7)",
    "POINT Z (1 2 3)": "POINT Z (1 2 3)",
    "POINT M (1 2 5)": "POINT M (1 2 5)",
    "POINT ZM (1 2 3 5)": "POINT Z (1 2 7)",
}
print("shapely", shapely.__version__, "GEOS", shapely.geos_version)
found = {words: shapely.force_3d(shapely.from_wkt(words), z=7.0).wkt for words in EXPECTED}
for words, became in found.items():
    print(f"force_3d({words}, z=7) is {became}")
assert found == EXPECTED, "changed: what force_3d makes of measures"
flat = shapely.force_3d(shapely.force_2d(shapely.from_wkt("POINT ZM (1 2 3 5)")), z=7.0)
assert flat.wkt == "POINT Z (1 2 7)" and flat.has_z, "changed: the way out"
PY
