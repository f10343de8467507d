/** Lists of what went wrong. They stay as they are while they are read: what is new waits behind a button. */

import { element, say } from "./dom.js";
import { at, count, inWords, named } from "./words.js";

const PAGE = 20;
/** A look takes dead letters out of their queue for a moment, so there is not one every few seconds. */
const LOOK_AGAIN = 30_000;

/** A list of the API, newest first. */
class Newest {
  #items = [];
  #lines = new Map();
  #page = null;
  #next = null;
  #place = element("div", { class: "lines" });
  #none = element("p", { class: "about" });
  #fresh = button(() => this.#begin());
  #more = button(() => this.desk.attempt(() => this.#goOn()), "Show older ones");

  constructor(desk) {
    this.desk = desk;
    this.#fresh.hidden = this.#more.hidden = true;
    this.root = element("div", { class: "stack" }, this.#fresh, this.#none, this.#place, this.#more);
  }

  async read(more = "") {
    const { next, ...answer } = await this.desk.ask("GET", `${this.path}?limit=${PAGE}${more}`);
    return { next, items: Object.values(answer)[0] };
  }

  show(page) {
    this.#page = page;
    if (this.#items.length === 0) return this.#begin();
    const now = new Map(page.items.map((item) => [this.key(item), item]));
    this.#items = this.#items.map((item) => now.get(this.key(item)) ?? (page.next ? item : this.gone(item)));
    const unseen = [...now.keys()].filter((key) => !this.#lines.has(key)).length;
    this.#fresh.hidden = unseen === 0;
    say(this.#fresh, `Show ${unseen} new`);
    this.#draw();
  }

  /** What became of an item that is in the list no more. */
  gone(item) {
    return item;
  }

  #begin() {
    this.#items = this.#page.items;
    this.#next = this.#page.next;
    this.#fresh.hidden = true;
    this.#draw();
  }

  async #goOn() {
    const { items, next } = await this.read(`&next=${this.#next}`);
    this.#items = [...this.#items, ...items];
    this.#next = next;
    this.#draw();
  }

  #draw() {
    keep(this.#place, this.#lines, this.#items, this.key, () => new Line(this.desk, this.describe));
    say(this.#none, this.#items.length ? "" : this.empty);
    this.#more.hidden = this.#next === null;
  }
}

export class FailedAssets extends Newest {
  path = "/operations/failed-assets";
  empty = "No asset has failed.";
  key = ({ id }) => id;

  describe({ id, owner, product, assetPath, errors, created_at, finished_at }) {
    const all = Object.entries(errors);
    return {
      at: finished_at,
      title: all.flatMap(([, messages]) => messages).join(", "),
      side: assetPath.path,
      facts: {
        Asset: id,
        Owner: owner,
        Product: product,
        Source: `${assetPath.location}: ${assetPath.path}`,
        Errors: all.map(([of, messages]) => `${of}: ${messages.join(", ")}`).join("\n"),
        Submitted: clock(created_at),
      },
    };
  }
}

export class Webhooks extends Newest {
  path = "/operations/deliveries";
  empty = "All webhooks have arrived.";
  key = ({ webhook_id }) => webhook_id;

  gone(item) {
    return { ...item, state: "delivered" };
  }

  describe({ asset, event, url, webhook_id, state, attempts, next_attempt_at }) {
    const { at, detail } = attempts.at(-1);
    const again = next_attempt_at ? `again at ${clock(next_attempt_at)}` : "again now";
    return {
      at,
      title: `${event}: ${state === "delivered" ? "has arrived meanwhile" : detail}`,
      side: { failed: "given up", pending: again, delivered: "" }[state],
      facts: {
        URL: url,
        Asset: asset,
        "Webhook id": webhook_id,
        Attempts: attempts.map((each) => `${clock(each.at)}: ${each.detail}, after ${each.took_ms} ms`).join("\n"),
      },
      act: state === "failed" && {
        title: "Replay",
        path: `/operations/deliveries/${asset}/${event}/replay`,
        said: () => "It is sent again within moments.",
      },
    };
  }
}

/** The dead letters of each queue that has some. */
export class DeadLetters {
  #piles = new Map();
  #looked = 0;
  #none = element("p", { class: "about" });

  constructor(desk) {
    this.desk = desk;
    this.place = element("div", { class: "stack" });
    this.root = element("div", { class: "stack" }, this.#none, this.place);
  }

  async read() {
    if (Date.now() - this.#looked < LOOK_AGAIN) return null;
    const { dead_letters: piles } = await this.desk.ask("GET", "/dead-letters");
    this.#looked = Date.now();
    return piles;
  }

  show(piles) {
    if (piles === null) return;
    const shown = piles.filter(({ queue, count }) => count > 0 || this.#piles.has(queue));
    keep(this.place, this.#piles, shown, ({ queue }) => queue, () => new Pile(this.desk, () => (this.#looked = 0)));
    say(this.#none, shown.length ? "" : "There are no dead letters.");
  }
}

class Pile {
  #lines = new Map();
  #title = element("h2");
  #place = element("div", { class: "lines" });

  constructor(desk, changed) {
    this.desk = desk;
    this.action = new Action(desk, changed);
    const bar = element("div", { class: "bar" }, this.#title, this.action.root);
    this.root = element("section", { class: "stack" }, bar, this.#place);
  }

  update({ queue, count: all, messages }) {
    const shown = messages.length < all ? `, ${messages.length} of them shown` : "";
    say(this.#title, `${named(queue)}: ${count(all, "dead letter")}${shown}`);
    this.action.update(all > 0 && { title: "Redrive", path: `/dead-letters/${queue}/redrive`, said: redriven });
    keep(this.#place, this.#lines, messages, ({ id }) => id, () => new Line(this.desk, letter));
  }
}

function letter({ id, sent_at, receives, body, about }) {
  const named = Object.entries(about).map((each) => each.join(" "));
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return {
    at: sent_at,
    title: named.join(", ") || text.slice(0, 80),
    side: `received ${count(receives, "time")}`,
    facts: { Message: id, Sent: at(sent_at), Body: text },
  };
}

function redriven({ moved, more }) {
  if (moved === 0) return "None was moved: somebody else looks at them just now. Try again in some minutes.";
  return `${count(moved, "message")} went back to the queue${more ? "; there are more" : ""}.`;
}

/** A line that opens. It is changed only where what it says has changed. */
class Line {
  #said = "";
  #summary = element("summary", {}, element("time"), element("span"), element("span"));
  #facts = element("dl");

  constructor(desk, describe) {
    this.describe = describe;
    this.action = new Action(desk);
    this.root = element("details", {}, this.#summary, this.#facts, this.action.root);
  }

  update(item) {
    const { at, title, side, facts, act } = this.describe(item);
    this.action.update(act);
    const texts = [clock(at), title, side];
    const said = JSON.stringify([texts, facts]);
    if (said === this.#said) return;
    this.#said = said;
    texts.forEach((text, place) => say(this.#summary.children[place], text));
    const known = Object.entries(facts).filter(([, text]) => text);
    this.#facts.replaceChildren(...known.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]));
  }
}

/** A button that has something done, and what came of it. */
class Action {
  #button = button(() => this.#do());
  #result = element("span", { role: "status", tabindex: "-1" });

  constructor(desk, done = () => {}) {
    this.desk = desk;
    this.done = done;
    this.root = element("div", { class: "bar" }, this.#button, this.#result);
  }

  update(act) {
    this.act = act;
    if (!act && document.activeElement === this.#button) this.#result.focus();
    this.#button.hidden = !act;
    this.root.hidden = !act && !this.#result.textContent;
    if (act) say(this.#button, act.title);
  }

  #do() {
    if (this.#button.ariaDisabled) return; // not `disabled`, which would take the focus away
    this.#button.ariaDisabled = "true";
    this.desk.attempt(async () => {
      try {
        say(this.#result, this.act.said(await this.desk.ask("POST", this.act.path)));
        this.done();
        this.desk.refresh();
      } catch (error) {
        say(this.#result, error.status === 409 ? error.message : `Not done. ${inWords(error)}`);
        if (error.status === 401) throw error;
      } finally {
        this.#button.ariaDisabled = null;
      }
    });
  }
}

/** Show these items in their order; those that were there before stay what they are, open and focused. */
function keep(place, kept, items, key, make) {
  const keys = new Set(items.map(key));
  for (const [name, { root }] of kept) {
    if (keys.has(name)) continue;
    root.remove();
    kept.delete(name);
  }
  items.forEach((item, position) => {
    const name = key(item);
    if (!kept.has(name)) kept.set(name, make());
    const { root } = kept.get(name);
    kept.get(name).update(item);
    if (place.children[position] !== root) place.insertBefore(root, place.children[position] ?? null);
  });
}

function button(act, text = "") {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", act);
  return made;
}

/** The time of a moment, with its day where that is not today. */
export function clock(moment, timeStyle = "medium") {
  const date = new Date(moment);
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(undefined, isToday ? { timeStyle } : { dateStyle: "short", timeStyle });
}
