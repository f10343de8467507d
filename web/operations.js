/** How the system runs: what waits, what the last hour brought, what went wrong. */

import { Desk } from "./desk.js";
import { choices, element, say, table } from "./dom.js";
import { LISTS } from "./troubles.js";
import { at, duration, inWords, named } from "./words.js";

/** Shown before anything is known of them, so that nothing moves when it is. */
const QUEUES = ["validation", "notification", "import", "export", "scoring"];
const LENGTHS = ["waiting", "delayed", "in_flight", "dead"];

const TITLES = ["Assets ended", "Median duration", "Decisions", "Votes spent"];

export class OperationsView extends Desk {
  constructor(place, app) {
    super(place, app, "operations");
    this.figures = TITLES.map(figure);
    this.queues = table([["Queue", "who", named], ...LENGTHS.map((name) => [named(name), "", () => "–"])], QUEUES);
    this.parts.queues.append(this.queues);
    this.parts.figures.append(...this.figures.map(({ root }) => root));
    const lists = { failed: "Failed assets", webhooks: "Webhooks", dead: "Dead letters" };
    choices(this.parts.lists, lists, (name) => this.#choose(name));
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
    const [totals, steps] = [figuresOf(hour), hour.steps.map(figuresOf)];
    const begins = hour.steps.map((step) => at(step.begins_at, "short"));
    this.figures.forEach(({ show }, place) => show(totals[place], steps.map((step) => step[place]), begins));
    const from = [hour.assets_counted_since, hour.decisions_counted_since].sort().at(-1);
    say(parts.uncounted, from > hour.since ? `There was more than is counted; all since ${at(from)} is.` : "");
    return true;
  }
}

/** Of an hour or a step: each figure, what is said of it, and its bar's parts. */
function figuresOf({ assets, decisions }) {
  const { submitted, succeeded, failed, ms_to_start: start, ms_to_end: end } = assets;
  const { decided, votes, votes_spared: spared } = decisions;
  const times = `${duration(start?.median)} until the start; 95 % end in ${duration(end?.p95)}`;
  return [
    [number(succeeded + failed), `${number(submitted)} came in, ${number(failed)} failed`, [succeeded, failed]],
    [duration(end?.median), times, [end?.median ?? 0]],
    [number(decided), decided ? `${(votes / decided).toFixed(2)} votes each` : "None yet", [decided]],
    [number(votes), `${number(spared)} saved against juries of three`, [votes]],
  ];
}

function figure(title) {
  const [strong, words] = [element("strong", {}, "–"), element("p")];
  const chart = element("div.bars", { role: "img" });
  const root = element("figure", {}, element("figcaption", {}, title), strong, chart, words);
  return { root, show };

  function show([total, more], steps, begins) {
    say(strong, total);
    say(words, more);
    const highest = Math.max(1, ...steps.map(([, , parts]) => parts.reduce((sum, part) => sum + part)));
    const bars = steps.map(([figure, more, parts], place) => {
      const bar = element("i", { title: `From ${begins[place]}: ${figure}. ${more}` });
      for (const part of parts) {
        bar.append(element("b"));
        bar.lastChild.style.height = `${(100 * part) / highest}%`;
      }
      return bar;
    });
    chart.replaceChildren(...bars);
    chart.ariaLabel = `In steps of five minutes: ${steps.map(([figure]) => figure).join(", ")}`;
  }
}

function number(value) {
  return value.toLocaleString();
}
