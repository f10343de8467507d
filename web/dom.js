/** Views are templates in index.html; their changing parts are marked with data-part, their buttons with data-do. */

/** A copy of a template, and its parts by name. */
export function view(name) {
  const root = document.getElementById(`${name}-view`).content.cloneNode(true).firstElementChild;
  const parts = {};
  for (const part of root.querySelectorAll("[data-part]")) parts[part.dataset.part] = part;
  return { root, parts };
}

/** An element with attributes and children; text is text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Set text, unless it is there already: screen readers speak what is set. */
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** A card with a title, a text, and perhaps a button. */
export function message({ title, text, action, act }) {
  const { root, parts } = view("message");
  parts.title.textContent = title;
  parts.text.textContent = text;
  if (action) {
    parts.action.textContent = action;
    parts.action.hidden = false;
    parts.action.addEventListener("click", act);
  }
  return root;
}
