/** The view of what is stored: products, snapshots and how they were decided, imports and exports. */

import { ApiError } from "./api.js";
import { PAGES } from "./catalog-pages.js";
import { element, message, view } from "./dom.js";
import { inWords } from "./words.js";

const LIMIT = 24;
const REFRESH = 3000;

/** The address that was left last: on the way back its link gets the focus. */
let left = "";

/** Nobody waits for the answer any more. */
class Left extends Error {}

/** The desk that pages work at. Addresses are `#catalog/<page>/<id>/<status>?<where the list goes on>`. */
export class CatalogView {
  #life = new AbortController();
  #timer = null;

  constructor(place, app) {
    this.app = app;
    this.place = place;
    this.hash = location.hash;
    [this.path, this.after] = this.hash.split("?");
    const [, named, id = "", status = ""] = this.path.split("/");
    const name = named in PAGES ? named : "products";
    const { root, parts } = view("catalog");
    this.content = parts.content;
    for (const tab of parts.tabs.children) if (tab.hash === `#catalog/${name}`) tab.ariaCurrent = "page";
    root.querySelector("form").addEventListener("submit", find);
    place.replaceChildren(root);
    if (left && document.activeElement === document.body) place.focus({ preventScroll: true });
    this.attempt(() => PAGES[name](this, id, status), (error) => this.#fail(error));
  }

  leave() {
    left = this.hash;
    clearTimeout(this.#timer);
    this.#life.abort();
  }

  /** The API's answer, unless the view is left meanwhile. */
  async ask(...request) {
    try {
      return await this.app.api.call(...request);
    } catch (error) {
      if (error.status === 401 && !this.#life.signal.aborted) this.app.expired();
      throw error;
    } finally {
      if (this.#life.signal.aborted) throw new Left();
    }
  }

  /** The page of a list that the address names. */
  list(path, query = {}) {
    const after = this.after ? { next: this.after } : {};
    return this.ask("GET", `${path}?${new URLSearchParams({ limit: LIMIT, ...query, ...after })}`);
  }

  /** Do it; `fail` is told if the API does not. */
  async attempt(act, fail = (error) => this.#tell(error)) {
    try {
      await act();
    } catch (error) {
      if (error instanceof ApiError) fail(error);
      else if (!(error instanceof Left)) throw error;
    }
  }

  /** Refresh now, and every few seconds while somebody looks, for as long as it says so. */
  async keep(refresh) {
    const { signal } = this.#life;
    let goesOn = true;
    await this.attempt(
      async () => (goesOn = await refresh()),
      (error) => (error.isTemporary ? this.#tell(error) : ((goesOn = false), this.#fail(error))),
    );
    clearTimeout(this.#timer);
    if (!goesOn || signal.aborted) return;
    const again = () => this.keep(refresh);
    const later = () => document.addEventListener("visibilitychange", again, { once: true, signal });
    this.#timer = setTimeout(() => (document.hidden ? later() : again()), REFRESH);
  }

  show(...nodes) {
    this.content.replaceChildren(...nodes);
    if (document.activeElement !== this.place) return;
    const link = [...this.content.querySelectorAll("a")].find((each) => each.hash === left);
    (link?.closest("nav")?.querySelector("[aria-current]") ?? link)?.focus();
  }

  /** The ways to other pages of a list. */
  pager(next) {
    const first = this.after ? [element("a", { id: "first", href: this.path }, "First page")] : [];
    const following = next ? [element("a", { id: "next", href: `${this.path}?${next}` }, "Next page")] : [];
    return element("nav", { "aria-label": "Pages" }, ...first, ...following);
  }

  #tell(error) {
    this.app.notice(error.status === 409 ? error.message : `${inWords(error)} Please try again.`);
  }

  #fail(error) {
    const isMissing = error.status === 404 || error.status === 400;
    const again = { title: inWords(error), text: "", action: "Try again", act: () => this.app.show() };
    const missing = { title: "Not found", text: "Nothing is stored under this GTIN or id. Perhaps a digit is wrong." };
    this.show(message(isMissing ? missing : again));
  }
}

/** Go to the product or snapshot that was typed; spaces and hyphens are for people. */
function find(event) {
  event.preventDefault();
  const wanted = event.target.elements.find.value.replace(/[^a-z\d]/gi, "").toLowerCase();
  location.hash = `#catalog/${/^\d+$/.test(wanted) ? "products" : "snapshots"}/${wanted}`;
}
