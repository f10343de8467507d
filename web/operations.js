/** The view of how the system runs: what waits, what the last hour brought, what went wrong and can be done again. */

import { ApiError } from "./api.js";
import { element, say, view } from "./dom.js";
import { DeadLetters, FailedAssets, Webhooks, clock } from "./troubles.js";
import { duration, inWords, named } from "./words.js";

const REFRESH = 5000;
/** Shown before anything is known of them, so that nothing moves when it is. */
const QUEUES = ["validation", "notification", "import", "export", "scoring"];
const LENGTHS = ["waiting", "delayed", "in_flight", "dead"];
const LISTS = { failed: FailedAssets, webhooks: Webhooks, dead: DeadLetters };

/** Of each tile the title, the figure of the hour, what is said of it, and the parts of a step's bar. */
const TILES = [
  [
    "Assets ended",
    ({ assets }) => number(assets.succeeded + assets.failed),
    ({ assets }) => `${number(assets.accepted)} accepted, ${number(assets.failed)} failed`,
    ({ assets }) => [assets.succeeded, assets.failed],
  ],
  [
    "Median duration",
    ({ assets }) => time(assets.ms_to_end?.median),
    ({ assets: { ms_to_start: start, ms_to_end: end } }) =>
      `${time(start?.median)} until the start; 95 % end in ${time(end?.p95)}`,
    ({ assets }) => [assets.ms_to_end?.median ?? 0],
  ],
  [
    "Decisions",
    ({ decisions }) => number(decisions.decided),
    ({ decisions: { votes, decided } }) => (decided ? `${(votes / decided).toFixed(2)} votes each` : "None yet"),
    ({ decisions }) => [decisions.decided],
  ],
  [
    "Votes spent",
    ({ decisions }) => number(decisions.votes),
    ({ decisions }) => `${number(decisions.votes_spared)} saved against juries of three`,
    ({ decisions }) => [decisions.votes],
  ],
];

export class OperationsView {
  #asked = 0;
  #left = false;
  #timer = null;
  #rows = new Map();
  #wake = () => document.visibilityState === "visible" && this.refresh();

  constructor(place, app) {
    this.app = app;
    const { root, parts } = view("operations");
    this.parts = parts;
    this.tiles = TILES.map(tile);
    for (const name of QUEUES) this.#showQueue(name, {});
    parts.tiles.append(...this.tiles.map(({ root }) => root));
    root.querySelector("fieldset").addEventListener("change", (event) => this.#choose(event.target.value));
    document.addEventListener("visibilitychange", this.#wake);
    place.replaceChildren(root);
    this.#choose("failed");
  }

  leave() {
    this.#left = true;
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#wake);
  }

  ask(method, path) {
    return this.app.api.call(method, path);
  }

  /** Ask for all that is shown; again after a while, as long as somebody looks. */
  async refresh() {
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    const isWanted = () => asked === this.#asked && !this.#left;
    await this.attempt(async () => {
      const [overview, list] = await Promise.all([this.ask("GET", "/operations"), this.list.read()]);
      if (!isWanted()) return;
      this.#show(overview);
      this.list.show(list);
    });
    if (isWanted() && document.visibilityState === "visible") this.#timer = setTimeout(() => this.refresh(), REFRESH);
  }

  /** Do something that asks the API, and say what went wrong. */
  async attempt(act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#left) return;
      if (error.status === 401) return this.app.expired();
      say(this.parts.trouble, inWords(error));
    }
  }

  #choose(name) {
    this.list = new LISTS[name](this);
    this.parts.wrong.replaceChildren(this.list.root);
    this.refresh();
  }

  #show({ at, queues, last_hour: hour }) {
    const { parts } = this;
    say(parts.trouble, "");
    say(parts.fresh, `As of ${clock(at)}`);
    say(parts.hour, `The last hour, since ${clock(hour.since, "short")}`);
    for (const [name, lengths] of Object.entries(queues)) this.#showQueue(name, lengths);
    for (const { show } of this.tiles) show(hour);
    const from = [hour.assets_counted_since, hour.decisions_counted_since].sort().at(-1);
    say(parts.uncounted, from > hour.since ? `There was more than is counted; all since ${clock(from)} is.` : "");
  }

  #showQueue(name, lengths) {
    if (!this.#rows.has(name)) {
      const cells = LENGTHS.map(() => element("td"));
      this.#rows.set(name, cells);
      this.parts.queues.append(element("tr", {}, element("td", { class: "who" }, named(name)), ...cells));
    }
    const cells = this.#rows.get(name);
    LENGTHS.forEach((length, place) => say(cells[place], number(lengths[length] ?? "–")));
    cells.at(-1).classList.toggle("dire", lengths.dead > 0);
  }
}

/** A figure of the hour with a bar for each step. */
function tile([title, figure, more, bar]) {
  const [total, words] = [element("strong", {}, "–"), element("p")];
  const chart = element("div", { class: "bars", role: "img" });
  const root = element("figure", { class: "tile" }, element("figcaption", {}, title), total, chart, words);
  return { root, show };

  function show(hour) {
    say(total, figure(hour));
    say(words, more(hour));
    const highest = Math.max(1, ...hour.steps.map((step) => bar(step).reduce((sum, part) => sum + part)));
    const bars = hour.steps.map((step) => {
      const drawn = element("i", { title: `From ${clock(step.begins_at, "short")}: ${figure(step)}. ${more(step)}` });
      for (const part of bar(step)) {
        drawn.append(element("b"));
        drawn.lastChild.style.height = `${(100 * part) / highest}%`;
      }
      return drawn;
    });
    chart.replaceChildren(...bars);
    chart.ariaLabel = `In steps of five minutes: ${hour.steps.map(figure).join(", ")}`;
  }
}

function number(value) {
  return value.toLocaleString();
}

function time(milliseconds) {
  if (milliseconds === undefined) return "–";
  if (milliseconds < 1000) return `${milliseconds} ms`;
  return milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(1)} s` : duration(milliseconds);
}
