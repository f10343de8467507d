/** The best QAs, one's own place, and the neighbours. */

import { Desk } from "./desk.js";
import { choices, element, message, say, table } from "./dom.js";
import { at, count, duration, inWords, percent } from "./words.js";

const COLUMNS = [
  ["Rank", "rank", (row) => row.rank ?? "–"],
  ["QA", "who", person],
  ["Score", "", (row) => percent(row.score)],
  ["Likely between", "wide", range],
  ["On correct", "wide", (row) => percent(row.accuracy_on_correct)],
  ["On incorrect", "wide", (row) => percent(row.accuracy_on_incorrect)],
  ["Votes", "", "votes"],
  ["Median time", "wide", ({ median_seconds: each }) => duration(each === null ? undefined : 1000 * each)],
];

export class LeaderboardView extends Desk {
  constructor(place, app) {
    super(place, app, "leaderboard");
    const windows = { week: "7 days", month: "30 days", all: "All time" };
    choices(this.parts.windows, windows, (window) => this.#load(window));
  }

  #load(window) {
    this.watch(() => this.ask("GET", `/leaderboard?window=${window}`), (board) => this.#show(board), 5000);
  }

  lost(error) {
    if (!error.isTemporary) {
      return this.place.replaceChildren(message({ title: "No leaderboard", text: "There is none on this server." }));
    }
    const { own, table, about, basis } = this.parts;
    for (const part of [table, about, basis]) part.replaceChildren();
    say(own, `${inWords(error)} It is tried again by itself.`);
  }

  #show(board) {
    const { parts } = this;
    say(parts.own, ownPlace(board));
    say(parts.about, board.about);
    say(parts.basis, basis(board));
    parts.table.replaceChildren(ranking(board));
  }
}

function ownPlace({ own, suspected }) {
  if (!own) return suspected.length ? `Votes that look copied: ${suspected.join(", ")}.` : "";
  if (own.rank === null) return `You are not ranked yet: your ${own.votes} votes do not prove enough.`;
  return `You are number ${own.rank}.`;
}

function basis({ decided, complete, scored_at }) {
  if (!scored_at) return "";
  return `It rests on ${complete ? "" : "the newest "}${count(decided, "decided snapshot")}, scored at ${at(scored_at)}.`;
}

function ranking({ top, neighbours, own }) {
  const all = [...top, ...neighbours, ...(own ? [own] : [])];
  const rows = [...new Map(all.map((row) => [row.qa, row])).values()];
  rows.sort((one, other) => (one.rank ?? Infinity) - (other.rank ?? Infinity));
  const made = table(COLUMNS, rows, "No votes have been scored in this time.");
  const lines = [...made.querySelectorAll("tbody tr")];
  const mine = lines[rows.findIndex((row) => row.you)];
  mine?.classList.add("you");
  mine?.setAttribute("aria-current", "true");
  if (rows.length > top.length && rows[top.length].rank !== (top.at(-1)?.rank ?? 0) + 1) {
    const dots = element("td", { colspan: COLUMNS.length, "aria-hidden": "true" }, "⋯");
    lines[top.length].before(element("tr.gap", {}, dots));
  }
  return made;
}

function person(row) {
  return element("span", {}, element("span.name", {}, row.qa), row.you ? " (you)" : "");
}

/** The interval in figures, and as a bar from guessing to perfect. */
function range({ interval: [low, high], score }) {
  const bar = element("span.range", { "aria-hidden": "true" });
  for (const [name, share] of Object.entries({ low, score, high })) bar.style.setProperty(`--${name}`, position(share));
  return element("span", {}, bar, `${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)} %`);
}

function position(share) {
  return `${Math.max(0, 200 * share - 100)}%`;
}
