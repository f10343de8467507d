/** The view of how good each QA is: the best, one's own place, and the neighbours. */

import { ApiError } from "./api.js";
import { element, message, say, view } from "./dom.js";
import { at, inWords, percent } from "./words.js";

const COLUMNS = [
  ["Rank", (row) => (row.rank === null ? "–" : String(row.rank)), "rank"],
  ["QA", (row) => person(row), "who"],
  ["Score", (row) => percent(row.score), ""],
  ["Likely between", (row) => range(row), "wide"],
  ["On correct", (row) => percent(row.accuracy_on_correct), "wide"],
  ["On incorrect", (row) => percent(row.accuracy_on_incorrect), "wide"],
  ["Votes", (row) => String(row.votes), ""],
  ["Median time", (row) => (row.median_seconds === null ? "–" : `${row.median_seconds.toFixed(1)} s`), "wide"],
];

export class LeaderboardView {
  #asked = 0;

  constructor(place, app) {
    this.app = app;
    this.place = place;
    const { root, parts } = view("leaderboard");
    this.parts = parts;
    root.querySelector("fieldset").addEventListener("change", (event) => this.#load(event.target.value));
    place.replaceChildren(root);
    this.#load("week");
  }

  leave() {
    this.#asked = -1;
  }

  async #load(window) {
    const asked = ++this.#asked;
    let board;
    try {
      board = await this.app.api.call("GET", `/leaderboard?window=${window}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (asked === this.#asked) this.#fail(error, window);
      return;
    }
    if (asked === this.#asked) this.#show(board);
  }

  #fail(error, window) {
    if (error.status === 401) return this.app.expired();
    if (error.status === 403 || error.status === 404) {
      return this.place.replaceChildren(message({ title: "No leaderboard", text: "There is none on this server." }));
    }
    const again = element("button", { type: "button" }, "Try again");
    again.addEventListener("click", () => this.#load(window));
    this.parts.table.replaceChildren(element("p", {}, inWords(error)), again);
  }

  #show(board) {
    const { parts } = this;
    const listed = new Set(board.top.map((row) => row.qa));
    const around = [...board.neighbours, ...(board.own ? [board.own] : [])].filter((row) => !listed.has(row.qa));
    const unique = [...new Map(around.map((row) => [row.qa, row])).values()].sort(byRank);
    say(parts.own, ownPlace(board));
    say(parts.about, board.about);
    say(parts.basis, basis(board));
    if (board.top.length + unique.length === 0) {
      parts.table.replaceChildren(element("p", {}, "No votes have been scored in this time."));
    } else {
      parts.table.replaceChildren(table(board.top, unique));
    }
  }
}

function ownPlace({ own }) {
  if (!own) return "";
  if (own.rank === null) return `You are not ranked yet: ${own.votes} votes are not enough to be sure.`;
  return `You are number ${own.rank}.`;
}

/** What the leaderboard rests on. */
function basis({ decided, complete, scored_at }) {
  if (!scored_at) return "";
  return `It rests on ${complete ? "" : "the newest "}${decided} decided snapshots, scored on ${at(scored_at)}.`;
}

function byRank(one, other) {
  return (one.rank ?? Infinity) - (other.rank ?? Infinity);
}

function table(top, around) {
  const titles = COLUMNS.map(([title, , kind]) => element("th", { scope: "col", class: kind }, title));
  const head = element("tr", {}, ...titles);
  const dots = element("td", { colspan: String(COLUMNS.length), "aria-hidden": "true" }, "⋯");
  const gap = element("tr", { class: "gap" }, dots);
  const isNext = around[0]?.rank === (top.at(-1)?.rank ?? 0) + 1;
  const rows = [...top.map(line), ...(around.length > 0 && !isNext ? [gap] : []), ...around.map(line)];
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
}

function line(row) {
  const cells = COLUMNS.map(([, text, kind]) => element("td", { class: kind }, text(row)));
  return element("tr", row.you ? { class: "you", "aria-current": "true" } : {}, ...cells);
}

function person(row) {
  const name = element("span", { class: "name" }, row.qa);
  return element("span", {}, name, row.you ? " (you)" : "");
}

/** The interval in figures, and as a bar between what guessing gives and what is perfect. */
function range({ interval: [low, high], score }) {
  const bar = element("span", { class: "range", "aria-hidden": "true" }, element("span"), element("i"));
  bar.firstChild.style.left = `${position(low)}%`;
  bar.firstChild.style.right = `${100 - position(high)}%`;
  bar.lastChild.style.left = `${position(score)}%`;
  return element("span", { class: "interval" }, bar, `${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)} %`);
}

function position(share) {
  return 100 * Math.min(1, Math.max(0, (share - 0.5) / 0.5));
}
