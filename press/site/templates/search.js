// The search of the static site: a list of names that is fetched once, on the first letter.
const form = document.querySelector(".search");
if (form) {
  const MOST = 12;
  const [input, list, said] = ["#q", "#hits", "#said"].map((name) => form.querySelector(name));
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐðÐ]/g, "d").toLowerCase().trim();
  const spelt = (text) => text.normalize("NFC").replace(/[ðÐ]/g, "đ").toLowerCase().trim();
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

  /* Of names that are alike without their marks, the one that was typed letter by letter comes first. */
  const matching = (units, words, typed) => {
    const found = [];
    for (const unit of units) {
      const former = unit.old.find(([, name]) => spelt(name).includes(typed)) ?? unit.old.find(([folded]) => folded.includes(words));
      const put = (level, name, ...more) => found.push([level, spelt(name).includes(typed) ? 0 : 1, unit, ...more]);
      if (unit.own === words || unit.own.endsWith(` ${words}`)) put(0, unit.name);
      else if (unit.own.includes(words)) put(1, unit.name);
      else if (former) put(2, former[1], former[1]);
      else if (unit.full.includes(words)) put(3, unit.name);
    }
    return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, MOST);
  };

  const entry = ([, , unit, former]) => {
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
      const hits = words ? matching(await names, words, spelt(input.value)) : [];
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
