/** Lists of what went wrong. They stay as they are while they are read; what is new waits. */

import { button, element, factList, say } from "./dom.js";
import { at, count, inWords, named } from "./words.js";

const PAGE = 20;
/** A look hides dead letters for a moment, so there is not one every few seconds. */
const LOOK_AGAIN = 30_000;

/** What is said of an empty list, what becomes of items that leave, and what an item says. */
const FAILED = {
  path: "/operations/failed-assets",
  empty: "No asset has failed.",
  describe({ id, owner, product, assetPath, errors, created_at, finished_at }) {
    const all = Object.entries(errors).map(([of, messages]) => `${of}: ${messages.join(", ")}`);
    return {
      moment: finished_at,
      title: all.join("; "),
      side: assetPath.path,
      facts: {
        Asset: id,
        Owner: owner,
        Product: product,
        Source: `${assetPath.location}: ${assetPath.path}`,
        Errors: all.join("\n"),
        Submitted: at(created_at),
      },
    };
  },
};
const WEBHOOKS = {
  path: "/operations/deliveries",
  empty: "All webhooks have arrived.",
  gone: { state: "delivered" },
  describe({ asset, event, url, webhook_id, state, attempts, next_attempt_at: next }) {
    const last = attempts.at(-1);
    const again = `again ${next ? `at ${at(next)}` : "now"}`;
    return {
      moment: last.at,
      title: `${event}: ${state === "delivered" ? "has arrived meanwhile" : last.detail}`,
      side: { failed: "given up", pending: again, delivered: "" }[state],
      facts: {
        URL: url,
        Asset: asset,
        "Webhook id": webhook_id,
        Attempts: attempts.map((each) => `${at(each.at)}: ${each.detail}, after ${each.took_ms} ms`).join("\n"),
      },
      act: state === "failed" && {
        title: "Replay",
        path: `/operations/deliveries/${asset}/${event}/replay`,
        said: () => "It is sent again within moments.",
      },
    };
  },
};

export const LISTS = {
  failed: (desk) => new Newest(desk, FAILED),
  webhooks: (desk) => new Newest(desk, WEBHOOKS),
  dead: (desk) => new DeadLetters(desk),
};

/** What is shown of items; what was there before stays as it is, open and focused. */
class Shown {
  #all = new Map();

  constructor(tag, make) {
    this.root = element(tag);
    this.make = make;
  }

  has(item) {
    return this.#all.has(keyOf(item));
  }

  show(items) {
    const keys = new Set(items.map(keyOf));
    for (const [key, { root }] of this.#all) {
      if (keys.has(key)) continue;
      root.remove();
      this.#all.delete(key);
    }
    items.forEach((item, position) => {
      if (!this.has(item)) this.#all.set(keyOf(item), this.make());
      const one = this.#all.get(keyOf(item));
      const before = this.root.children[position];
      one.show(item);
      if (before !== one.root) this.root.insertBefore(one.root, before ?? null);
    });
  }
}

function keyOf({ webhook_id, id, queue }) {
  return webhook_id ?? id ?? queue;
}

/** A list of the API, newest first. */
class Newest {
  #items = [];
  #page = null;
  #next = null;
  #none = element("p.about");
  #fresh = button("", () => this.#draw(this.#page.items, this.#page.next));
  #more = button("Show older ones", () => this.desk.attempt(() => this.#goOn()));

  constructor(desk, list) {
    this.desk = desk;
    this.list = list;
    this.lines = new Shown("div.lines", () => new Line(desk, list.describe));
    this.#fresh.hidden = this.#more.hidden = true;
    this.root = element("div.stack", {}, this.#fresh, this.#none, this.lines.root, this.#more);
  }

  async read(more = "") {
    const { next, ...answer } = await this.desk.ask("GET", `${this.list.path}?limit=${PAGE}${more}`);
    return { next, items: Object.values(answer)[0] };
  }

  show(page) {
    this.#page = page;
    if (this.#items.length === 0) return this.#draw(page.items, page.next);
    const now = new Map(page.items.map((item) => [keyOf(item), item]));
    this.#draw(this.#items.map((item) => now.get(keyOf(item)) ?? (page.next ? item : { ...item, ...this.list.gone })));
  }

  async #goOn() {
    const { items, next } = await this.read(`&next=${this.#next}`);
    this.#draw([...this.#items, ...items], next);
  }

  #draw(items, next = this.#next) {
    this.#items = items;
    this.#next = next;
    this.lines.show(items);
    const unseen = this.#page.items.filter((item) => !this.lines.has(item)).length;
    say(this.#fresh, `Show ${unseen} new`);
    this.#fresh.hidden = unseen === 0;
    say(this.#none, items.length > 0 ? "" : this.list.empty);
    this.#more.hidden = next === null;
  }
}

class DeadLetters {
  #looked = 0;
  #none = element("p.about");

  constructor(desk) {
    this.desk = desk;
    this.piles = new Shown("div.stack", () => new Pile(desk, () => (this.#looked = 0)));
    this.root = element("div.stack", {}, this.#none, this.piles.root);
  }

  async read() {
    if (Date.now() - this.#looked < LOOK_AGAIN) return null;
    const { dead_letters: piles } = await this.desk.ask("GET", "/dead-letters");
    this.#looked = Date.now();
    return piles;
  }

  show(piles) {
    const shown = piles?.filter((pile) => pile.count > 0 || this.piles.has(pile));
    if (!shown) return;
    this.piles.show(shown);
    say(this.#none, shown.length ? "" : "There are no dead letters.");
  }
}

class Pile {
  #title = element("h2");

  constructor(desk, changed) {
    this.action = new Action(desk, changed);
    this.lines = new Shown("div.lines", () => new Line(desk, letter));
    const bar = element("div.bar", {}, this.#title, this.action.root);
    this.root = element("section.stack", {}, bar, this.lines.root);
  }

  show({ queue, count: all, messages }) {
    const shown = messages.length < all ? `, ${messages.length} of them shown` : "";
    say(this.#title, `${named(queue)}: ${count(all, "dead letter")}${shown}`);
    this.action.show(all > 0 && { title: "Redrive", path: `/dead-letters/${queue}/redrive`, said: redriven });
    this.lines.show(messages);
  }
}

function letter({ id, sent_at, receives, body, about }) {
  const named = Object.entries(about).map((each) => each.join(" "));
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return {
    moment: sent_at,
    title: named.join(", ") || text.slice(0, 80),
    side: `received ${count(receives, "time")}`,
    facts: { Message: id, Sent: at(sent_at), Body: text },
  };
}

function redriven({ moved, more }) {
  if (moved === 0) return "None was moved: somebody or the queue's own consumer has them just now. Try again in some minutes.";
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

  show(item) {
    const { moment, title, side, facts, act } = this.describe(item);
    this.action.show(act);
    const texts = [at(moment), title, side];
    const said = JSON.stringify([texts, facts]);
    if (said === this.#said) return;
    this.#said = said;
    texts.forEach((text, place) => say(this.#summary.children[place], text));
    this.#facts.replaceChildren(...factList(Object.entries(facts)));
  }
}

/** A button that has something done, and what came of it. */
class Action {
  #button = button("", () => this.#do());
  #result = element("span", { role: "status", tabindex: "-1" });

  constructor(desk, done = () => {}) {
    this.desk = desk;
    this.done = done;
    this.root = element("div.bar", {}, this.#button, this.#result);
  }

  show(act) {
    this.act = act;
    if (!act && document.activeElement === this.#button) this.#result.focus();
    this.#button.hidden = !act;
    this.root.hidden = !act && !this.#result.textContent;
    if (act) say(this.#button, act.title);
  }

  async #do() {
    if (this.#button.ariaDisabled) return; // not `disabled`, which would take the focus away
    this.#button.ariaDisabled = "true";
    const act = async () => {
      say(this.#result, this.act.said(await this.desk.ask("POST", this.act.path)));
      this.done();
      this.desk.refresh();
    };
    await this.desk.attempt(act, (error) => {
      say(this.#result, error.status === 409 ? error.message : `Not done. ${inWords(error)}`);
    });
    this.#button.ariaDisabled = null;
  }
}
