"""What one visit costs in a browser: bytes, requests, messages, when the page stands, how far it jumps on the way."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from tests.pages.test_in_browser import DRAWN

PHONE_BITS = 1_600_000
"""A slow phone's connection, in bits a second, with 150 ms to the server and back and a processor slowed four times."""
_SLOWER, _THERE_AND_BACK = 4, 150
_QUIET_MS = 250
_WATCH = """
window.gd = { lcp: 0, shifts: [], empty: 0, looks: 0 };
new PerformanceObserver((list) => { for (const one of list.getEntries()) gd.lcp = one.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) gd.shifts.push({ at: one.startTime, by: one.value,
    what: one.sources.map(({ node, previousRect: was, currentRect: is }) =>
      `${node?.nodeName} ${node?.className?.baseVal ?? node?.className ?? ""} ${was.y} > ${is.y}`) });
}).observe({ type: "layout-shift", buffered: true });
"""
_SHIFT = """() => {  // as Chromium counts it: the worst window of at most five seconds without a second's pause
  let worst = 0, sum = 0, first = 0, last = -Infinity;
  for (const { at, by } of gd.shifts) {
    if (at - last > 1000 || at - first > 5000) { sum = 0; first = at; }
    sum += by; last = at; worst = Math.max(worst, sum);
  }
  return worst;
}"""
_LOOK = """() => {  // every 50 ms, as a camera would: whether the main area shows anything
  const seen = () => {
    const main = document.querySelector("[data-testid=stMainBlockContainer]");
    if (!main) return false;
    const shape = getComputedStyle(document.querySelector("[data-testid=stMain]"), "::before");
    if (shape.content !== "none" && shape.content !== "normal") return true;
    const walk = document.createTreeWalker(main, NodeFilter.SHOW_ELEMENT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      if (!node.matches("h1,h2,p,td,th,canvas,svg,img,[data-testid=stSkeleton],.gd-card,.gd-hold")) continue;
      if (node.closest(".st-key-top_row, .st-key-second_row")) continue;
      const box = node.getBoundingClientRect();
      if (box.width > 20 && box.height > 8 && box.top < innerHeight && box.bottom > 0
          && node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return true;
    }
    return false;
  };
  gd.looks = gd.empty = 0;
  gd.camera = setInterval(() => { gd.looks += 1; if (!seen()) gd.empty += 1; }, 50);
}"""
_CLICK = """(link) => {
  const leads = (one) => new URL(one.href).pathname.split("/").pop() === link;
  [...document.querySelectorAll("a[href]")].find(leads).click();
  return performance.now();
}"""
_SETTLED = """([drawn, quiet, from]) => new Promise((done) => {
  const begun = performance.now(), isDrawn = eval?.(drawn) ?? (() => true);
  let last = begun;
  const watcher = new MutationObserver(() => { last = performance.now(); });
  watcher.observe(document.documentElement, { subtree: true, childList: true, attributes: true });
  const look = () => {
    const app = document.querySelector("[data-testid=stApp]"), now = performance.now();
    const stands = app?.dataset.testScriptState === "notRunning" && document.querySelector("h1,h2")
      && document.fonts.status === "loaded" && isDrawn()
      && (!from || document.querySelector("h1,h2").textContent !== from);
    if (!stands) last = now;
    if (now - last < quiet && now - begun < 90000) return setTimeout(look, 20);
    watcher.disconnect();
    done(last);
  };
  look();
})"""


@dataclass
class Visit:
    """What was counted of one visit so far: bytes over the wire, requests, and the messages' sizes, as they are and
    as the server packs them."""

    page: Page
    bytes: int = 0
    requests: int = 0
    messages: int = 0
    packed: int = 0
    largest: int = 0

    def settle(self, previous: str = "") -> float:
        """Milliseconds of the page's clock when it stood still with all drawn; `previous`: a title that has to go."""
        self.page.wait_for_selector("h1,h2", timeout=90_000)
        return float(self.page.evaluate(_SETTLED, [DRAWN, _QUIET_MS, previous]))

    def largest_paint(self) -> float:
        """Seconds until the largest part was painted."""
        return self.page.evaluate("gd.lcp") / 1000

    def shift(self) -> float:
        return float(self.page.evaluate(_SHIFT))

    def shifts(self) -> list[dict]:
        """Each jump: when, how far, and of what."""
        return list(self.page.evaluate("gd.shifts"))

    def click(self, link: str) -> tuple[float, int]:
        """Seconds from a click on a link of the navigation to the settled page, and the looks that saw nothing."""
        title = self.page.locator("h1,h2").first.inner_text()
        self.page.evaluate(_LOOK)
        begun = self.page.evaluate(_CLICK, link)
        settled = self.settle(title)
        self.page.evaluate("clearInterval(gd.camera)")
        return (settled - begun) / 1000, self.page.evaluate("gd.empty")


def _listen(visit: Visit, talk: CDPSession) -> None:
    started: dict[str, str] = {}
    packer = zlib.compressobj(wbits=-12, memLevel=5)  # as uvicorn's permessage-deflate

    def sent(event: dict) -> None:
        if event["request"]["url"].startswith("http"):
            started[event["requestId"]] = event["request"]["url"]

    def finished(event: dict) -> None:
        if event["requestId"] in started:
            visit.bytes += int(event["encodedDataLength"])
            visit.requests += int(event["encodedDataLength"] > 0)

    def frame(event: dict) -> None:
        reply = event["response"]
        text = reply["payloadData"]
        message = base64.b64decode(text) if reply["opcode"] == 2 else text.encode()
        visit.messages += len(message)
        visit.packed += len(packer.compress(message) + packer.flush(zlib.Z_SYNC_FLUSH))
        visit.largest = max(visit.largest, len(message))

    talk.on("Network.requestWillBeSent", sent)
    talk.on("Network.loadingFinished", finished)
    talk.on("Network.webSocketFrameReceived", frame)


@contextmanager
def visited(
    context: BrowserContext, address: str, *, wide: int = 1440, high: int = 900, phone: bool = False
) -> Iterator[Visit]:
    """A page opened in a tab of its own, settled; `phone`: with a slow phone's processor and connection."""
    page = context.new_page()
    page.set_viewport_size({"width": wide, "height": high})
    page.add_init_script(_WATCH)
    talk = context.new_cdp_session(page)
    talk.send("Network.enable")
    if phone:
        talk.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
        through = PHONE_BITS / 8
        talk.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": _THERE_AND_BACK,
                "downloadThroughput": through,
                "uploadThroughput": through,
            },
        )
    visit = Visit(page)
    _listen(visit, talk)
    page.goto(address)
    try:
        yield visit
    finally:
        page.close()


@contextmanager
def fresh(browser: Browser) -> Iterator[BrowserContext]:
    """A reader who has never been here: nothing in the cache."""
    context = browser.new_context()
    try:
        yield context
    finally:
        context.close()
