/** The view of how the system runs: what waits, what the last hour brought, what went wrong and can be done again. */

import { Desk } from "./desk.js";
import { element, say, table } from "./dom.js";
import { LISTS } from "./troubles.js";
import { at, duration, inWords, named } from "./words.js";

/** Shown before anything is known of them, so that nothing moves when it is. */
const QUEUES = ["validation", "notification", "import", "export", "scoring"];
const LENGTHS = ["waiting", "delayed", "in_flight", "dead"];

/** Of each figure the title, the one of the hour, what is said of it, and the parts of a step's bar. */
const FIGURES = [
  [
    "Assets ended",
    ({ assets }) => number(assets.succeeded + assets.failed),
    ({ assets }) => `${number(assets.accepted)} accepted, ${number(assets.failed)} failed`,
    ({ assets }) => [assets.succeeded, assets.failed],
  ],
  [
    "Median duration",
    ({ assets }) => duration(assets.ms_to_end?.median),
    ({ assets: { ms_to_start: start, ms_to_end: end } }) =>
      `${duration(start?.median)} until the start; 95 % end in ${duration(end?.p95)}`,
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

export class OperationsView extends Desk {
  constructor(place, app) {
    super(place, app, "operations");
    this.figures = FIGURES.map(figure);
    this.queues = table([["Queue", "who", named], ...LENGTHS.map((name) => [named(name), "", () => "–"])], QUEUES);
    this.parts.queues.append(this.queues);
    this.parts.figures.append(...this.figures.map(({ root }) => root));
    this.root.querySelector("fieldset").addEventListener("change", (event) => this.#choose(event.target.value));
    this.#choose("failed");
  }

  lost(error) {
    say(this.parts.trouble, inWords(error));
  }

  #choose(name) {
    const list = LISTS[name](this);
    const load = () => Promise.all([this.ask("GET", "/operations"), list.read()]);
    this.parts.wrong.replaceChildren(list.root);
    this.watch(load, ([overview, found]) => this.#show(overview, list.show(found)), 5000);
  }

  #show({ at: moment, queues, last_hour: hour }) {
    const { parts } = this;
    say(parts.trouble, "");
    say(parts.fresh, `As of ${at(moment)}`);
    say(parts.hour, `The last hour, since ${at(hour.since, "short")}`);
    QUEUES.forEach((name, place) => {
      const [, ...cells] = this.queues.tBodies[0].rows[place].cells;
      LENGTHS.forEach((length, column) => say(cells[column], number(queues[name][length] ?? "–")));
      cells.at(-1).classList.toggle("dire", queues[name].dead > 0);
    });
    for (const { show } of this.figures) show(hour);
    const from = [hour.assets_counted_since, hour.decisions_counted_since].sort().at(-1);
    say(parts.uncounted, from > hour.since ? `There was more than is counted; all since ${at(from)} is.` : "");
    return true;
  }
}

/** A figure of the hour with a bar for each step. */
function figure([title, total, more, bar]) {
  const [strong, words] = [element("strong", {}, "–"), element("p")];
  const chart = element("div.bars", { role: "img" });
  const root = element("figure", {}, element("figcaption", {}, title), strong, chart, words);
  return { root, show };

  function show(hour) {
    say(strong, total(hour));
    say(words, more(hour));
    const highest = Math.max(1, ...hour.steps.map((step) => bar(step).reduce((sum, part) => sum + part)));
    const bars = hour.steps.map((step) => {
      const drawn = element("i", { title: `From ${at(step.begins_at, "short")}: ${total(step)}. ${more(step)}` });
      for (const part of bar(step)) {
        drawn.append(element("b"));
        drawn.lastChild.style.height = `${(100 * part) / highest}%`;
      }
      return drawn;
    });
    chart.replaceChildren(...bars);
    chart.ariaLabel = `In steps of five minutes: ${hour.steps.map(total).join(", ")}`;
  }
}

function number(value) {
  return value.toLocaleString();
}
