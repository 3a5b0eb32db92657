"""What only the browser can do for a page on paper: fit its charts to the sheet, and say where the page stands."""

from __future__ import annotations

SCRIPT = """
if (!window.ganDanPaper) {
  window.ganDanPaper = true;
  const names = ["style", "viewBox"];
  let kept = [];
  const change = (node, how) => {
    kept.push([node, names.map((name) => node.getAttribute(name))]);
    how(node);
  };
  // Plotly draws for the width of the screen; a drawing with a view box of that size shrinks to the sheet.
  addEventListener("beforeprint", () => {
    for (const plot of document.querySelectorAll(".js-plotly-plot .svg-container")) {
      const [width, height] = [plot.offsetWidth, plot.offsetHeight];
      if (!width) continue;
      change(plot, () => { plot.style.cssText += `;width:100%;height:auto;aspect-ratio:${width}/${height}`; });
      for (const drawing of plot.querySelectorAll("svg.main-svg")) {
        change(drawing, () => {
          drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
          drawing.style.cssText += ";width:100%;height:100%";
        });
      }
    }
    for (const foot of document.querySelectorAll(".gd-address")) foot.textContent = location.href;
  });
  addEventListener("afterprint", () => {
    for (const [node, values] of kept.reverse()) {
      names.forEach((name, n) => values[n] === null ? node.removeAttribute(name) : node.setAttribute(name, values[n]));
    }
    kept = [];
  });
}
"""
"""For the module of a component: it acts once, when the module is loaded."""
