/** The view of what is stored. */

import { PAGES } from "./catalog-pages.js";
import { Desk } from "./desk.js";
import { element, message } from "./dom.js";
import { inWords } from "./words.js";

const LIMIT = 24;

/** The address that was left last: on the way back its link gets the focus. */
let left = "";

/** The desk that pages work at. Addresses are `#catalog/<page>/<id>/<status>?<where the list goes on>`. */
export class CatalogView extends Desk {
  constructor(place, app) {
    super(place, app, "catalog");
    this.hash = location.hash;
    [this.path, this.after] = this.hash.split("?");
    const [, named, id = "", status = ""] = this.path.split("/");
    const name = Object.hasOwn(PAGES, named) ? named : "products";
    this.parts.tabs.querySelector(`[href$=${name}]`).ariaCurrent = "page";
    this.root.querySelector("form").addEventListener("submit", find);
    if (left && document.activeElement === document.body) place.focus({ preventScroll: true });
    this.attempt(() => PAGES[name](this, id, status), (error) => this.#fail(error));
  }

  leave() {
    left = this.hash;
    super.leave();
  }

  /** The page of a list that the address names. */
  list(path, query = {}) {
    const after = this.after && { next: this.after };
    return this.ask("GET", `${path}?${new URLSearchParams({ limit: LIMIT, ...query, ...after })}`);
  }

  show(...nodes) {
    const { content } = this.parts;
    content.replaceChildren(...nodes);
    if (document.activeElement !== this.place) return;
    const link = [...content.querySelectorAll("a")].find((each) => each.hash === left);
    (link?.closest("nav")?.querySelector("[aria-current]") ?? link)?.focus();
  }

  pager(next) {
    const ways = [];
    if (this.after) ways.push(element("a", { id: "first", href: this.path }, "First page"));
    if (next) ways.push(element("a", { id: "next", href: `${this.path}?${next}` }, "Next page"));
    return ways.length > 0 ? element("nav", { "aria-label": "Pages" }, ...ways) : "";
  }

  lost(error) {
    if (error.isTemporary) this.tell(error);
    else this.#fail(error);
  }

  #fail(error) {
    const isMissing = error.status === 404 || error.status === 400;
    const again = { title: inWords(error), action: "Try again", act: () => this.app.show() };
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
