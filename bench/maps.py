"""Maps: bytes of their layers over the wire, and the time from a page's text to its painted map in a browser.

Needs published datasets in the data folder (GANDAN_DATA), prepared boundaries for areas, and the browser of the
tests; the browser draws without a graphics card.
"""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence

from playwright.sync_api import Browser, sync_playwright

from display.maps import layers
from display.words.addresses import PATHS
from store import borders
from store.reference import province_names
from store.snapshot import open_snapshot
from tests.pages.test_in_browser import FLAGS, served
from web import map_layers

RUNS = 5
Figure = tuple[str, float, str]
_VIEWS = {
    "the country": "province=VN&period=2026-08",
    "a province": "province={province}&period=2026-08",
    "the country, old communes": "province=VN&period=2026-08&inside=old",
    "a province, old communes": "province={province}&period=2026-08&inside=old",
    "a province, two periods": "province={province}&period=2026-08&beside=2026-07",
}
TINY = {"dataset": "recorded", "provinces": ["25"], "views": ["a province, old communes"], "runs": 1, "large": 50}
# A map is painted when its first large drawing has come out of the card: reading a pixel waits for that.
_WATCH = """
const large = %d;
for (const name of ["drawElements", "drawElementsInstanced", "drawArrays", "drawArraysInstanced"]) {
  const own = WebGL2RenderingContext.prototype[name];
  WebGL2RenderingContext.prototype[name] = function (...given) {
    own.apply(this, given);
    const instances = name.endsWith("Instanced") ? given[given.length - 1] : 1;
    if (window.painted || given[name.startsWith("drawElements") ? 1 : 2] * instances < large) return;
    this.readPixels(0, 0, 1, 1, this.RGBA, this.UNSIGNED_BYTE, new Uint8Array(4));
    window.painted = performance.now();
  };
}
const look = () => { if (!window.read && document.querySelector("h1.gd-title")) window.read = performance.now(); };
new MutationObserver(look).observe(document, { childList: true, subtree: true });
"""


def run(
    dataset: str = "simulated",
    provinces: Sequence[str] = (),
    views: Iterable[str] = tuple(_VIEWS),
    runs: int = RUNS,
    large: int = 500,
) -> list[Figure]:
    """(name, value, unit) of each figure.

    `provinces`: those whose layers are weighed, all unless given; the first is the one that views show, else Thanh
    Hóa. `large`: how many points a drawing has at least to count as the painted map.
    """
    figures = [*_weights(dataset, provinces or list(province_names()))]
    shown = next(iter(provinces), "38")
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name in views:
            link = f"{address}/{PATHS['map']}?dataset={dataset}&{_VIEWS[name].format(province=shown)}"
            seconds = [_painted(browser, link, large) for _ in range(runs)]
            figures.append((f"{name}: from text to painted map, median of {runs}", statistics.median(seconds), "s"))
        browser.close()
    return figures


def _weights(dataset: str, provinces: Sequence[str]) -> Iterator[Figure]:
    snapshot = open_snapshot(dataset).manifest.id
    shape = "area" if borders.boundaries_id() else "symbol"

    def units(scope: str) -> int:
        layer = layers.Layer(
            dataset, snapshot, "on_time_share", "portal", "2026-08", scope, shape, "vi", "light",
            borders.boundaries_id(), edition=layers.edition(),
        )  # fmt: skip
        return sent(layers.encoded, layer)

    def sent(encode: Callable[..., bytes], layer: layers.Layer | layers.Members | layers.Borders) -> int:
        return len(map_layers.packed_layer(encode, layer, "br"))

    kinds = {
        f"units as {shape}s": units,
        "old communes": lambda scope: sent(layers.encoded_members, layers.members(scope, "vi")),
        "borders and names": lambda scope: sent(layers.encoded_borders, layers.borders(scope, "vi", shape == "area")),
    }
    for name, size in kinds.items():
        yield f"layer of the country, {name}", size("VN") / 1000, "kB"
        yield f"layer of a province, {name}, largest", max(map(size, provinces)) / 1000, "kB"
    opened = [kinds[f"units as {shape}s"], kinds["borders and names"]]
    view = {scope: sum(size(scope) for size in opened) / 1000 for scope in ("VN", *provinces)}
    yield "map of the country as it opens, all layers", view.pop("VN"), "kB"
    yield "map of a province as it opens, all layers, largest", max(view.values()), "kB"


def _painted(browser: Browser, address: str, large: int) -> float:
    """Seconds from the page's heading to the first large drawing, in a browser that has nothing in its cache."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(_WATCH % large)
    page.goto(address)
    page.wait_for_function("() => window.painted && window.read", timeout=60_000)
    seconds = page.evaluate("(window.painted - window.read) / 1000")
    context.close()
    return seconds
