"""What a reader's hand does on the map: a click chooses a unit, and of two maps a stroke on one moves both.

The chart's own selection is not used. It takes a click only if it is over within a quarter of a second by the
page's clock, which drawing stops where a computer has no graphics card; and it fades everything but the object
clicked, so that the map no longer has the colours of its legend. Here a click means the unit that the map's
tooltip names at that very point.
"""

from __future__ import annotations

import streamlit as st

_KEY = "map_hand"
UNIT_MARK = "data-unit"
"""The attribute of a map's tooltip that holds the code of the unit it names."""

# Two maps have one size and one camera at the start, so the same strokes at the same places keep them alike.
# A copied stroke has a pointer of its own: the map that it was copied from doesn't know it and lets it pass.
_SCRIPT = """
const MAP = "[data-testid=stDeckGlJsonChart]";
const STROKES = ["pointerdown", "pointermove", "pointerup", "pointercancel", "wheel"];
const COPIES = 1000, NEAR = 6, PATIENCE = 1500, PAUSE = 60;
export default function ({ setTriggerValue }) {
  let down = null, held = null;
  const mapAt = (event) => event.composedPath().find((node) => node.matches && node.matches(MAP));
  const isButton = (event) => event.composedPath().some((node) => node.matches && node.matches("button"));

  const named = (map, x, y) => {
    const box = map.querySelector(".deck-tooltip");
    const place = box && box.style.display !== "none" && box.style.transform.match(/-?[0-9.]+/g);
    if (!place || Math.hypot(place[0] - x, place[1] - y) > NEAR) return null;
    const unit = box.querySelector("[data-unit]");
    return unit && unit.dataset.unit;
  };
  const choose = (click) => {
    const map = mapAt(click);
    if (!map || isButton(click) || !down) return;
    if (Math.hypot(click.clientX - down.x, click.clientY - down.y) > NEAR) return;
    const frame = map.querySelector("canvas").getBoundingClientRect();
    const x = click.clientX - frame.left, y = click.clientY - frame.top, since = Date.now();
    const ask = () => {
      const unit = named(map, x, y);
      if (unit) setTriggerValue("unit", unit);
      else if (Date.now() - since < PATIENCE) setTimeout(ask, PAUSE);
    };
    ask();
  };

  const copy = (stroke) => {
    if (!stroke.isTrusted) return;
    if (stroke.type === "pointerdown") down = { x: stroke.clientX, y: stroke.clientY };
    const starts = stroke.type === "pointerdown" || stroke.type === "wheel";
    const here = starts ? mapAt(stroke) : held;
    if (stroke.type === "pointerdown") held = here;
    if (stroke.type === "pointerup" || stroke.type === "pointercancel") held = null;
    const there = here && [...document.querySelectorAll(MAP)].find((map) => map !== here);
    if (!there || isButton(stroke)) return;
    const canvas = there.querySelector("canvas");
    const from = here.querySelector("canvas").getBoundingClientRect(), to = canvas.getBoundingClientRect();
    const given = {
      bubbles: true, cancelable: true, composed: true, view: window,
      clientX: stroke.clientX + to.left - from.left, clientY: stroke.clientY + to.top - from.top,
      button: stroke.button, buttons: stroke.buttons, ctrlKey: stroke.ctrlKey, shiftKey: stroke.shiftKey,
      altKey: stroke.altKey, metaKey: stroke.metaKey,
    };
    canvas.dispatchEvent(stroke.type === "wheel"
      ? new WheelEvent("wheel", { ...given, deltaX: stroke.deltaX, deltaY: stroke.deltaY, deltaMode: stroke.deltaMode })
      : new PointerEvent(stroke.type, { ...given, pointerId: stroke.pointerId + COPIES,
          pointerType: stroke.pointerType, isPrimary: stroke.isPrimary }));
  };

  document.addEventListener("click", choose);
  STROKES.forEach((type) => document.addEventListener(type, copy, { capture: true, passive: true }));
  return () => {
    document.removeEventListener("click", choose);
    STROKES.forEach((type) => document.removeEventListener(type, copy, { capture: true }));
  };
}
"""


def clicked() -> str | None:
    """The code of the unit that was clicked just now; None where this run has another cause."""
    component = st.components.v2.component("gan_dan_map_hand", js=_SCRIPT)
    return component(key=_KEY, on_unit_change=_nothing, height=0).unit


def _nothing() -> None:
    """A click needs no more than the run that it causes."""
