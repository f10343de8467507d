/** The view of what is stored: products, snapshots and how they were decided, imports and exports. */

import { ApiError } from "./api.js";
import { PAGES } from "./catalog-pages.js";
import { element, message, view } from "./dom.js";
import { inWords } from "./words.js";

const LIMIT = 24;
const REFRESH = 3000;

/** The address that was left last: on the way back its link gets the focus. */
let left = "";

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
    const name = Object.hasOwn(PAGES, named) ? named : "products";
    const { root, parts } = view("catalog");
    this.content = parts.content;
    parts.tabs.querySelector(`[href$=${name}]`).ariaCurrent = "page";
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

  ask(...request) {
    return this.app.api.call(...request);
  }

  /** The page of a list that the address names. */
  list(path, query = {}) {
    const after = this.after ? { next: this.after } : {};
    return this.ask("GET", `${path}?${new URLSearchParams({ limit: LIMIT, ...query, ...after })}`);
  }

  /** Do something that asks the API; `fail` is told if that failed and somebody is still here. */
  async attempt(act, fail = (error) => this.#tell(error)) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#life.signal.aborted) return;
      if (error.status === 401) this.app.expired();
      else fail(error);
    }
  }

  /** Refresh now, and every few seconds while somebody looks, for as long as it says so. */
  async keep(refresh) {
    const { signal } = this.#life;
    let goesOn = true;
    const act = async () => (goesOn = await refresh());
    await this.attempt(act, (error) => {
      goesOn = error.isTemporary;
      if (goesOn) this.#tell(error);
      else this.#fail(error);
    });
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
    const ways = [];
    if (this.after) ways.push(element("a", { id: "first", href: this.path }, "First page"));
    if (next) ways.push(element("a", { id: "next", href: `${this.path}?${next}` }, "Next page"));
    return ways.length > 0 ? element("nav", { "aria-label": "Pages" }, ...ways) : "";
  }

  #tell(error) {
    this.app.notice(error.status === 409 ? error.message : inWords(error));
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
