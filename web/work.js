/**
 * One QA's session: the snapshots in hand, the answers given, and the outbox they are sent from.
 *
 * An answer is stored, and shown as given, before anything is sent. The outbox is sent in order, one request at a time;
 * an answer leaves it when the API has taken it. Sent again, the same answer changes nothing, so each counts once.
 */

import { ApiError } from "./api.js";
import * as store from "./store.js";

export const CORRECT = "correct";
export const OTHERWISE = "incorrect_or_unsure";

/** So many fewer in hand than were given last, or so few after the shown one, and more are asked for. */
const TOP_UP = 9;
const AHEAD = 5;

const TOGETHER = 30; // answers that the API takes in a request
const UNDOABLE = 10; // answers; of grids the last two
const LONGEST_LOOK = 60_000; // who comes back from lunch has not looked all the time
const STALE = 120_000; // then seats and links may end before they are reached
const LONGEST_PAUSE = 10_000;

export class Work extends EventTarget {
  /** Snapshots to judge, the shown one first. */
  hand = [];
  /** Those of the group that are marked as odd ones. */
  marked = new Set();
  /** Why nothing can be sent now: an ApiError, or null. */
  trouble = null;
  #isOver = false;
  #allTaken = false;
  #together = 0; // so many of the hand are shown
  #most = Infinity; // given by the last draw; a session begins with a part of it
  #isBusy = false;
  #mayDraw = true;
  #drawnAt = -Infinity;
  #failures = 0;
  #timer = null;
  #isStopped = false;

  constructor(api, qa) {
    super();
    this.api = api;
    this.qa = qa;
    this.state = { ...fresh(), ...store.read(`work:${qa}`) };
    const kept = [...(store.read(`hand:${qa}`) ?? []), ...this.state.back];
    const items = new Map(kept.map((item) => [item.snapshot, item]));
    this.hand = this.state.hand.map((snapshot) => items.get(snapshot)).filter(Boolean);
    this.#gather();
    addEventListener("online", this.refresh);
  }

  /** Leave all to whoever works on it next: another tab, or another visit. */
  stop() {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    removeEventListener("online", this.refresh);
  }

  /** Leave no links to pictures on this computer; answers stay until they have arrived. */
  putDown() {
    store.remove(`hand:${this.qa}`);
  }

  get unsent() {
    return new Set(this.state.outbox.map((each) => each.snapshot)).size;
  }

  get group() {
    return this.hand.slice(0, this.#together);
  }

  /** "judging", "waiting" (for the API), "taken" (others have the rest), "done", or "empty" (none was left). */
  get phase() {
    if (this.hand.length > 0) return "judging";
    if (this.#isOver) return this.state.tally[CORRECT] + this.state.tally[OTHERWISE] > 0 ? "done" : "empty";
    return this.#allTaken ? "taken" : "waiting";
  }

  /** Give the answers on what is shown, after having looked at it for so many milliseconds in all. */
  decide(verdictOf, looked) {
    const { state } = this;
    const group = this.hand.splice(0, this.#together);
    const time = Math.min(looked, LONGEST_LOOK) / group.length;
    const step = group.map((item) => ({ item, verdict: verdictOf(item), time }));
    state.back = without(state.back, group);
    state.steps.push(step);
    const most = Math.max(UNDOABLE, 2 * (state.session.grid || 1));
    while (state.steps.flat().length > most) state.steps.shift();
    for (const { item, verdict } of step) {
      state.outbox.push({ session: state.session.id, snapshot: item.snapshot, verdict, tried: false });
      state.tally[verdict] += 1;
    }
    state.time += time * group.length;
    state.remaining -= group.length;
    this.#together = 0;
    this.#gather();
    this.#keep();
    this.resume();
  }

  /** Take the last answers back and show their snapshots again, marked as they were. */
  undo() {
    const step = this.state.steps.pop();
    if (!step) return;
    const { state } = this;
    for (const last of step) {
      const { snapshot } = last.item;
      const waiting = state.outbox.findLastIndex((each) => each.snapshot === snapshot);
      if (waiting >= 0 && !state.outbox[waiting].tried) state.outbox.splice(waiting, 1);
      else state.outbox.push({ session: state.session.id, snapshot, verdict: null, was: last, tried: false });
      state.tally[last.verdict] -= 1;
      state.time -= last.time;
    }
    const items = step.map((last) => last.item);
    state.remaining += items.length;
    state.back.unshift(...items);
    this.hand.unshift(...items);
    this.#together = items.length;
    this.marked = new Set(step.filter((last) => last.verdict === OTHERWISE).map((last) => last.item.snapshot));
    this.#isOver = false;
    this.#keep();
    this.resume();
  }

  next() {
    this.state = { ...fresh(), outbox: this.state.outbox };
    this.hand = [];
    this.#together = 0;
    this.#most = Infinity;
    this.#isOver = false;
    this.#keep();
    this.resume();
  }

  /** Have the addresses of the pictures in hand made anew. */
  refresh = () => {
    this.#drawnAt = -Infinity;
    this.resume();
  };

  /** Go on, also where it has often failed. */
  resume = () => {
    this.#failures = 0;
    this.#retry();
  };

  #retry = () => {
    clearTimeout(this.#timer);
    this.#mayDraw = true;
    this.#allTaken = false;
    this.#work();
    this.#changed();
  };

  async #work() {
    if (this.#isBusy || this.#isStopped) return;
    this.#isBusy = true;
    try {
      for (let step = this.#nextStep(); step && !this.#isStopped; step = this.#nextStep()) {
        await step();
        this.trouble = null;
        this.#failures = 0;
        this.#changed();
      }
    } catch (error) {
      this.#stumble(error);
    } finally {
      this.#isBusy = false;
    }
  }

  #nextStep() {
    if (!this.state.session.id) return () => this.#begin();
    const isLow = this.hand.length <= Math.max(this.#most - TOP_UP, AHEAD + 1);
    const isHungry = !this.#isOver && isLow && this.state.remaining !== this.hand.length;
    const isStale = this.hand.length > 0 && Date.now() - this.#drawnAt > STALE;
    const ends = this.hand.length === 0 && !this.#isOver;
    const wantsMore = this.#mayDraw && (isHungry || isStale || ends);
    const isUrgent = wantsMore && this.hand.length <= 2 && this.#drawnAt > 0;
    if (this.unsent > 0 && !(isUrgent && this.hand.length > 0)) return () => this.#send();
    return wantsMore ? () => this.#draw() : null;
  }

  async #begin() {
    const { session } = this.state;
    this.#take(await this.api.call("POST", "/sessions", undefined, { "idempotency-key": session.key }));
  }

  async #draw() {
    this.#mayDraw = false;
    try {
      const page = await this.api.call("POST", `/sessions/${this.state.session.id}/draw`);
      this.#take(page);
      this.#most = page.items.length;
    } catch (error) {
      if (error.status !== 404) throw error;
      this.next(); // the session is over, a day after it began
    }
  }

  /**
   * Take a page in hand. What is shown stays, and what was taken back, since the API forgets that it was on an
   * earlier page; answers that the API does not know yet are not asked for again.
   */
  #take(page) {
    if (this.#isStopped) return;
    const given = new Map(this.state.outbox.map((each) => [each.snapshot, each.verdict]));
    const open = page.items.filter((item) => !given.get(item.snapshot));
    const back = new Set(this.state.back.map((item) => item.snapshot));
    const onPage = new Map(page.items.map((item) => [item.snapshot, item]));
    const isKept = (item, place) => place < this.#together || onPage.has(item.snapshot) || back.has(item.snapshot);
    const kept = this.hand.filter(isKept);
    this.hand = [...kept.map((item) => onPage.get(item.snapshot) ?? item), ...without(open, kept)];
    this.state.session.id = page.id;
    this.state.session.grid = page.grid ?? 0;
    this.#gather();
    const answered = page.items.length - open.length;
    this.state.remaining = page.remaining - answered + without(kept, page.items).length;
    this.#drawnAt = Date.now();
    const isIdle = this.hand.length === 0 && this.unsent === 0;
    this.#isOver = isIdle && page.remaining === 0;
    this.#allTaken = isIdle && page.remaining > 0;
    this.#keep();
    store.write(`hand:${this.qa}`, this.hand);
  }

  /** Choose what is next: the first of the hand, in a grid with others of its product. */
  #gather() {
    if (this.#together > 0 || this.hand.length === 0) return;
    const [{ product }] = this.hand;
    const alike = this.hand.filter((item) => item.product.gtin === product.gtin);
    const group = alike.slice(0, Math.max(1, this.state.session.grid || 1));
    this.hand = [...group, ...without(this.hand, group)];
    this.#together = group.length;
    this.marked = new Set();
  }

  async #send() {
    const { outbox } = this.state;
    const entries = together(outbox);
    for (const entry of entries) entry.tried = true;
    this.#keep();
    const votes = Object.fromEntries(entries.map((entry) => [entry.snapshot, entry.verdict]));
    const { problems } = await this.api.call("PATCH", `/sessions/${outbox[0].session}/votes`, { votes });
    if (this.#isStopped) return; // what is stored may be another tab's by now; sent again, it changes nothing
    const errors = entries.map(({ snapshot }) => new ApiError(problems[snapshot]?.status ?? 200));
    errors.forEach((error, place) => {
      if (error.isTemporary) return;
      outbox.splice(outbox.indexOf(entries[place]), 1);
      if (error.status !== 200) this.#refused(entries[place], error.status);
    });
    this.#mayDraw = true;
    this.#keep();
    const failed = errors.find((error) => error.isTemporary);
    if (failed) throw failed;
  }

  /** The API will never take this answer, and the next ones must not wait for it. */
  #refused(entry, status) {
    const { state } = this;
    const place = this.hand.findIndex((item) => item.snapshot === entry.snapshot);
    if (entry.verdict === null && place >= 0) {
      const gone = this.hand.splice(place, 1);
      state.back = without(state.back, gone);
      if (place < this.#together) this.#together -= 1;
      this.#gather();
      state.remaining -= 1;
      state.tally[entry.was.verdict] += 1;
      state.time += entry.was.time;
    } else if (entry.verdict !== null) {
      state.tally[entry.verdict] -= 1;
      if (status === 409) state.tally[entry.verdict === CORRECT ? OTHERWISE : CORRECT] += 1;
    }
    if (status === 409) this.#notice("Too late to undo: the jury has decided. Your first answer stands.");
    else this.#notice("An answer was not taken: its snapshot is no longer yours.");
  }

  #stumble(error) {
    if (!(error instanceof ApiError)) throw error;
    this.trouble = error;
    if (error.isTemporary) {
      const pause = Math.min(1000 * 2 ** this.#failures++, LONGEST_PAUSE);
      this.#timer = setTimeout(this.#retry, error.retryAfter ?? pause);
    }
    this.#changed();
  }

  /** The items themselves, which are long, are stored when a page is taken. */
  #keep() {
    this.state.hand = this.hand.map((item) => item.snapshot);
    store.write(`work:${this.qa}`, this.state);
  }

  #notice(detail) {
    this.dispatchEvent(new CustomEvent("notice", { detail }));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** A session that has not begun. Its key makes a repeated request begin the same one. */
function fresh() {
  return {
    session: { id: null, key: crypto.randomUUID(), grid: 0 },
    remaining: 0,
    hand: [],
    outbox: [],
    steps: [], // the last answers that can be taken back, those that were given together in an array each
    back: [], // snapshots whose answer was taken back, until they are answered again
    tally: { [CORRECT]: 0, [OTHERWISE]: 0 },
    time: 0,
  };
}

function without(items, others) {
  const left = new Set(others.map((item) => item.snapshot));
  return items.filter((item) => !left.has(item.snapshot));
}

/** The first answers that can go in one request: of one session, and no snapshot twice. */
function together(outbox) {
  const found = new Map();
  for (const entry of outbox) {
    if (entry.session !== outbox[0].session || found.has(entry.snapshot) || found.size === TOGETHER) break;
    found.set(entry.snapshot, entry);
  }
  return [...found.values()];
}
