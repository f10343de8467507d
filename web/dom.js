/** Views are templates in index.html; their changing parts are marked with data-part, their buttons with data-do. */

/** A copy of a template, and its parts by name. */
export function view(name) {
  const root = document.getElementById(`${name}-view`).content.cloneNode(true).firstElementChild;
  const parts = {};
  for (const part of root.querySelectorAll("[data-part]")) parts[part.dataset.part] = part;
  return { root, parts };
}

/** An element, such as "p" or "div.stack", with attributes and children; text is text. */
export function element(tag, attributes = {}, ...children) {
  const [kind, ...classes] = tag.split(".");
  const made = document.createElement(kind);
  made.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function button(text, act, kind = "button") {
  const made = element(kind, {}, text);
  made.addEventListener("click", act);
  return made;
}

/** Set text, unless it is there already: screen readers speak what is set. */
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** A card with a title, a text, and perhaps a button. */
export function message({ title, text = "", action, act }) {
  const parts = [element("h1", {}, title), element("p", {}, text)];
  if (action) parts.push(button(action, act, "button.yes"));
  return element("section.card", { role: "alert" }, ...parts);
}

/** A table of rows, or words where there are none. A column: its title, class, and field or how to show it. */
export function table(columns, rows, none = "There are none.") {
  if (rows.length === 0) return element("p.about", {}, none);
  const head = columns.map(([title, kind]) => element("th", { scope: "col", class: kind }, title));
  const textOf = (row, shown) => (typeof shown === "string" ? row[shown].toLocaleString() : shown(row));
  const cells = (row) => columns.map(([, kind, shown]) => element("td", { class: kind }, textOf(row, shown)));
  const body = rows.map((row) => element("tr", {}, ...cells(row)));
  return element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
}

/** What is known, for a description list, of pairs of a title and what it is. */
export function factList(pairs) {
  const known = pairs.filter(([, what]) => what);
  return known.map(([title, what]) => element("div", {}, element("dt", {}, title), element("dd", {}, what)));
}

/** Ways to choose from: a value of each, and its words. The first one is chosen. */
export function choices(place, words, choose) {
  for (const [value, text] of Object.entries(words)) {
    const input = element("input", { type: "radio", name: "choice", value });
    input.checked = !place.querySelector("input");
    input.addEventListener("change", () => choose(value));
    place.append(element("label", {}, input, element("span", {}, text)));
  }
  choose(Object.keys(words)[0]);
}

/** Put these in the place of what is there; the focus stays, by its id. */
export function swap(place, ...nodes) {
  const id = place.contains(document.activeElement) && document.activeElement.id;
  place.replaceChildren(...nodes);
  if (id) document.getElementById(id)?.focus({ preventScroll: true });
}
