// The framework speaks English alone. `words`: what its parts say and what the page says instead, {x} for anything.
let spoken;  // two at once, of two languages, would take turns for ever
const inWords = (words) => {
  spoken?.disconnect();
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const whole = new Map(), open = [];
  for (const [said, instead] of Object.entries(words)) {
    if (!said.includes("{")) whole.set(said, instead);
    else open.push([new RegExp("^" + said.split(/\{[xy]\}/).map(escaped).join("(.+)") + "$"), instead]);
  }
  const translated = (text) => {
    const said = text.trim();
    if (!said || said.length > 200) return null;
    if (whole.has(said)) return whole.get(said);
    for (const [pattern, instead] of open) {
      const found = said.match(pattern);
      if (found) return instead.replace(/\{([xy])\}/g, (_, name) => {
        const part = found[name === "x" ? 1 : 2];
        return translated(part) ?? part;
      });
    }
    return null;
  };
  const names = ["aria-label", "title", "placeholder", "alt"];
  const isOurs = (node) => (node.parentElement ?? node).closest?.(".stHtml, pre, .main-svg, [data-testid=stFileChipName]");
  const ofAttributes = (element) => {
    for (const name of names) {
      const instead = element.hasAttribute(name) ? translated(element.getAttribute(name)) : null;
      if (instead !== null && instead !== element.getAttribute(name)) element.setAttribute(name, instead);
    }
  };
  const ofText = (node) => {
    const instead = translated(node.data);
    if (instead !== null && instead !== node.data) node.data = instead;
  };
  const look = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return isOurs(node) ? undefined : ofText(node);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches("script, style") || isOurs(node)) return;
    ofAttributes(node);
    for (const child of node.childNodes) if (!node.classList.contains("stHtml")) look(child);
  };
  look(document.body);
  spoken = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "childList") addedNodes.forEach(look);
      else if (type === "characterData") look(target);
      else if (!isOurs(target)) ofAttributes(target);
    }
  });
  const options = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: names };
  spoken.observe(document.body, options);
};
