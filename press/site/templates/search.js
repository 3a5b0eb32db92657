// The search of the static site: a list of names that is fetched once, on the first letter.
const form = document.querySelector(".search");
if (form) {
  const MOST = 12;
  const [input, list, said] = ["#q", "#hits", "#said"].map((name) => form.querySelector(name));
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase().trim();
  let names;

  const load = async () => {
    const reply = await fetch(form.dataset.index);
    if (!reply.ok) throw new Error(String(reply.status));
    const { provinces, units } = await reply.json();
    return units.map(([code, name, province, ...old]) => ({
      code, name, place: provinces[province], old: old.map((other) => [plain(other), other]),
      own: plain(name), full: plain(`${name} ${provinces[province]}`),
    }));
  };

  const matching = (units, words) => {
    const found = [];
    for (const unit of units) {
      const former = unit.old.find(([folded]) => folded.includes(words));
      if (unit.own === words || unit.own.endsWith(` ${words}`)) found.push([0, unit]);
      else if (unit.own.includes(words)) found.push([1, unit]);
      else if (former) found.push([2, unit, former[1]]);
      else if (unit.full.includes(words)) found.push([3, unit]);
    }
    return found.sort((a, b) => a[0] - b[0]).slice(0, MOST);
  };

  const entry = ([, unit, former]) => {
    const link = document.createElement("a");
    link.href = `${form.dataset.pages}${unit.code}.html`;
    link.textContent = `${unit.name}, ${unit.place}${former ? ` (${form.dataset.formerly} ${former})` : ""}`;
    const item = document.createElement("li");
    item.append(link);
    return item;
  };

  const ask = async () => {
    const words = plain(input.value);
    try {
      names ??= load();
      const hits = words ? matching(await names, words) : [];
      if (words !== plain(input.value)) return;
      list.replaceChildren(...hits.map(entry));
      said.textContent = words && !hits.length ? form.dataset.none : "";
    } catch {
      names = undefined;
      said.textContent = form.dataset.trouble;
    }
  };

  input.oninput = ask;
  form.onsubmit = (event) => {
    event.preventDefault();
    list.querySelector("a")?.click();
  };
  form.hidden = false;
}
