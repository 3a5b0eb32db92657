const PAUSE = 120;

export default function ({ data, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector);
  const [input, panel, list, said, live] = ["#query", ".panel", "#hits", ".said", ".live"].map(find);
  let timer, asking, answered = null, goes = false, active = -1;

  input.placeholder = data.label;
  input.setAttribute("aria-label", data.label);
  list.setAttribute("aria-label", data.label);

  const open = (shown) => {
    panel.hidden = !shown;
    input.setAttribute("aria-expanded", String(shown && list.children.length > 0));
    if (!shown) mark(-1);
  };

  const mark = (n) => {
    active = n;
    [...list.children].forEach((option, m) => option.setAttribute("aria-selected", String(m === n)));
    if (n < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[n].id);
    list.children[n].scrollIntoView({ block: "nearest" });
  };

  const part = (name, text) => Object.assign(document.createElement(name), { textContent: text });

  const option = (hit, n) => {
    const link = document.createElement("a");
    Object.assign(link, { id: `hit-${n}`, href: data[hit.kind] + encodeURIComponent(hit.code), tabIndex: -1 });
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
    link.append(part("b", hit.label), " ", part("span", hit.place));
    if (hit.why) link.append(" ", part("small", hit.why));
    return link;
  };

  const show = (hits, sentence) => {
    list.replaceChildren(...hits.map(option));
    said.textContent = live.textContent = sentence;
    active = -1;
    input.removeAttribute("aria-activedescendant");
    open(Boolean(hits.length || sentence));
  };

  const ask = async () => {
    clearTimeout(timer);
    const query = input.value.trim();
    asking?.abort();
    if (!query) return show([], "");
    asking = new AbortController();
    const words = new URLSearchParams({ q: query, lang: data.language });
    try {
      const reply = await fetch(`./search.json?${words}`, { signal: asking.signal });
      if (!reply.ok) throw new Error(String(reply.status));
      const answer = await reply.json();
      if (query !== input.value.trim()) return;
      answered = query;
      show(answer.hits, answer.said);
      if (goes) list.firstElementChild?.click();
    } catch (error) {
      if (error.name === "AbortError") return;
      answered = null;
      show([], data.trouble);
    }
    goes = false;
  };

  const enter = () => {
    const chosen = list.children[active] ?? list.firstElementChild;
    if (answered !== input.value.trim()) {
      goes = true;
      ask();
    } else if (chosen) {
      chosen.click();
    } else {
      open(true);
    }
  };

  const move = (step) => {
    const count = list.children.length;
    if (!count) return;
    open(true);
    mark(active < 0 ? (step > 0 ? 0 : count - 1) : (active + step + count) % count);
  };

  const escape = () => {
    if (panel.hidden) input.value = "";
    open(false);
  };

  const leave = () => {
    clearTimeout(timer);
    asking?.abort();
    input.value = "";
    answered = null;
    show([], "");
    input.blur();
  };

  const keys = { Enter: enter, ArrowDown: () => move(1), ArrowUp: () => move(-1), Escape: escape };

  input.oninput = () => {
    goes = false;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };
  input.onkeydown = (press) => {
    if (press.isComposing || !keys[press.key]) return;
    press.preventDefault();
    keys[press.key]();
  };
  input.onfocus = () => { if (answered === input.value.trim() && answered) open(true); };
  input.onblur = () => open(false);
  panel.onmousedown = (press) => press.preventDefault();
  // The page's own listener takes the click first; then the box makes room for the next question.
  list.onclick = () => setTimeout(leave);

  return () => {
    clearTimeout(timer);
    asking?.abort();
  };
}
