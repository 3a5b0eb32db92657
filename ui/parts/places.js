// The picture of likely ranks: pointing at a dot names it and marks its row, pointing at a row or moving the focus
// into it finds the dot. With the focus on the picture, the arrow keys go from unit to unit and Enter goes to the row.
// It comes in the size of which the letters can be read in the room that there is.
export default function ({ data, parentElement }) {
  const hold = parentElement.querySelector(".gd-places-hold");
  const server = (window.__streamlit?.BACKEND_BASE_URL ?? location.origin).replace(/\/$/, "");
  const address = data.address.startsWith("/") ? server + data.address : data.address;
  let gone = false, asked = null, there = false, end = () => {};
  const fit = () => {
    const wanted = addressIn(address, data.rooms || [], hold.clientWidth);
    if (wanted === asked) return;
    asked = wanted;
    fetch(wanted)
      .then((reply) => { if (!reply.ok) throw new Error(reply.status); return reply.text(); })
      .then((svg) => { if (!gone && wanted === asked) { end(); end = drawn(hold, svg, data.label); there = true; } })
      .catch(() => { if (!gone && !there) hold.textContent = data.failed; });
  };
  const room = new ResizeObserver(fit);
  room.observe(hold);
  return () => { gone = true; room.disconnect(); end(); };
}

function addressIn(address, rooms, width) { // rooms: names of sizes and from how many pixels on each is drawn
  const fitting = rooms.filter(([, least]) => least <= width).pop();
  return fitting && width ? address.replace(/([?&]size=)[^&]*/, `$1${fitting[0]}`) : address;
}

function drawn(hold, text, label) {
  hold.innerHTML = text;
  const svg = hold.querySelector("svg");
  const units = unitsOf(svg);
  svg.querySelectorAll("title").forEach((title) => title.remove()); // their words are shown beside the dot at once
  const order = new Map(units.map((unit, at) => [unit.code, at]));
  const found = svg.querySelector(".gd-found"), width = svg.viewBox.baseVal.width;
  let marked = null, at = -1;

  hold.tabIndex = 0;
  for (const [name, value] of Object.entries({ role: "slider", "aria-label": label, "aria-valuemin": 1,
    "aria-valuemax": units.length, "aria-valuenow": 1, "aria-valuetext": units[0].said })) hold.setAttribute(name, value);

  const rowOf = (code) => document.querySelector(`tr[data-unit="${CSS.escape(code)}"]`);
  const show = (number, row) => {
    clear();
    at = number;
    const { x, y, said, code } = units[at];
    const [ring, paper, words] = found.children;
    ring.setAttribute("cx", x);
    ring.setAttribute("cy", y);
    words.textContent = said;
    const length = words.getComputedTextLength();
    words.setAttribute("x", Math.max(6, Math.min(x - length / 2, width - length - 6)));
    words.setAttribute("y", y < 76 ? y + 28 : y - 18);
    const box = words.getBBox();
    for (const [name, value] of Object.entries({ x: box.x - 5, y: box.y - 3, width: box.width + 10, height: box.height + 6 })) {
      paper.setAttribute(name, value);
    }
    found.setAttribute("visibility", "visible");
    hold.setAttribute("aria-valuenow", at + 1);
    hold.setAttribute("aria-valuetext", said);
    marked = row || rowOf(code);
    if (marked) marked.classList.add("gd-found-row");
    if (marked && !row) within(marked);
  };
  const clear = () => {
    found.setAttribute("visibility", "hidden");
    if (marked) marked.classList.remove("gd-found-row");
    marked = null;
  };
  const within = (row) => { // the table's own scrolling, never the page's
    const box = row.closest(".gd-tall");
    if (!box || box.scrollHeight <= box.clientHeight) return;
    const top = row.offsetTop - box.clientHeight / 2;
    if (Math.abs(box.scrollTop - top) > box.clientHeight / 2 - 2 * row.offsetHeight) box.scrollTop = top;
  };
  const goToRow = (event) => {
    if (event.pointerType && event.pointerType !== "mouse") return; // a tap names the dot and stays
    const row = at >= 0 && rowOf(units[at].code);
    if (!row) return;
    row.scrollIntoView({ block: "center" });
    (row.querySelector("a[href]") || row).focus({ preventScroll: true });
  };

  const point = (event) => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) * width / box.width;
    show(nearest(units, x));
  };
  const key = (event) => {
    const next = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0,
      End: units.length - 1, PageDown: at + 10, PageUp: at - 10 }[event.key];
    if (event.key === "Enter") goToRow(event);
    if (event.key === "Escape") clear();
    if (next === undefined) return;
    event.preventDefault();
    show(Math.max(0, Math.min(next, units.length - 1)));
  };
  const overRow = (event) => {
    if (hold.contains(event.target)) return;
    const row = event.target.closest && event.target.closest("tr[data-unit]");
    if (row && order.has(row.dataset.unit)) show(order.get(row.dataset.unit), row);
    else clear();
  };

  const own = { pointermove: point, pointerdown: point, pointerleave: clear, blur: clear, click: goToRow, keydown: key };
  for (const [name, act] of Object.entries(own)) hold.addEventListener(name, act);
  document.addEventListener("pointerover", overRow);
  document.addEventListener("focusin", overRow);
  return () => {
    clear();
    for (const [name, act] of Object.entries(own)) hold.removeEventListener(name, act);
    document.removeEventListener("pointerover", overRow);
    document.removeEventListener("focusin", overRow);
  };
}

function unitsOf(svg) { // in the order from left to right
  const { units, heights, said, first, step } = svg.dataset;
  if (units !== undefined) {
    const y = heights.split("|"), words = said.split("|");
    return units.split("|").map((code, n) => ({ code, x: Number(first) + n * step, y: Number(y[n]), said: words[n] }))
      .filter((unit) => unit.code);
  }
  return [...svg.querySelectorAll("g[data-unit]")].map((group) => {
    const [x, y] = group.dataset.at.split(" ").map(Number);
    return { code: group.dataset.unit, x, y, said: group.querySelector("title").textContent };
  });
}

function nearest(units, x) {
  let low = 0, high = units.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (units[middle].x < x) low = middle + 1; else high = middle;
  }
  return low > 0 && x - units[low - 1].x < units[low].x - x ? low - 1 : low;
}
