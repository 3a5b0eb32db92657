#!/bin/sh
# Tool:     plotly 7.1.0 (plotly.js 4.1.1)
# Expected: a page with plotly.js written into it, and a choropleth of one's own GeoJSON with the base map switched off
#           (visible=False), is whole: it asks nobody for anything.
# Happens:  it fetches the world's coastlines from cdn.plot.ly, of which it draws nothing, and until they have come it
#           doesn't draw the own areas either. Without internet the map stays empty, and each reader's visit is told to
#           the other server. Empty coastlines are enough to have the areas drawn.
# Way out:  Choroplethmap with the style "white-bg", or Plotly's setting topojsonURL with a file of one's own.
# Needs:    a Chromium, /usr/bin/chromium or the one that CHROMIUM names. The file is not fetched in earnest.
# Seen:     2026-11, Python 3.11: asks for https://cdn.plot.ly/un/world_110m.json; refused: 0 areas; empty: 1 area
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile plotly==7.1.0 playwright==1.65.2
cd "$folder"
venv/bin/python - <<'PY'
import os
import re
from pathlib import Path

import plotly.graph_objects as go
from playwright.sync_api import sync_playwright

SQUARE = {"type": "Polygon", "coordinates": [[[105, 21], [105, 22], [106, 22], [106, 21], [105, 21]]]}
AREA = {"type": "Feature", "id": "A", "properties": {}, "geometry": SQUARE}
AREAS = {"type": "FeatureCollection", "features": [AREA]}
LAYERS = ("coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits")
NOTHING = {"type": "GeometryCollection", "geometries": []}
EMPTY = {"type": "Topology", "arcs": [], "objects": dict.fromkeys(LAYERS, NOTHING)}


def areas_drawn(browser, reply):
    """The addresses that the page asks for, and how many areas it draws."""
    asked = []
    page = browser.new_page()

    def answer(route):
        asked.append(route.request.url)
        reply(route)

    page.route(re.compile("^https?:"), answer)
    page.goto(Path("map.html").resolve().as_uri())
    page.wait_for_timeout(5000)
    drawn = page.locator(".choroplethlayer path").count()
    page.close()
    return asked, drawn


figure = go.Figure(go.Choropleth(geojson=AREAS, locations=["A"], z=[1]))
figure.update_geos(visible=False, fitbounds="locations")
figure.write_html("map.html", include_plotlyjs=True)
with sync_playwright() as playwright:
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
    asked, offline = areas_drawn(browser, lambda route: route.abort())
    allowed = {"Access-Control-Allow-Origin": "*"}
    _, served = areas_drawn(browser, lambda route: route.fulfill(json=EMPTY, headers=allowed))
    browser.close()
print("asks for:            ", *asked)
print("areas, refused:      ", offline)
print("areas, empty file:   ", served)
assert asked == ["https://cdn.plot.ly/un/world_110m.json"], "changed: what is fetched"
assert (offline, served) == (0, 1), "changed: what is drawn"
PY
