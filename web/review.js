/** The view of a QA at work: what to judge beside its reference image, and the question. */

import { message, say, view } from "./dom.js";
import { doneCard } from "./done.js";
import { Gestures } from "./gestures.js";
import { Grid } from "./grid.js";
import { Pictures, frame } from "./pictures.js";
import * as store from "./store.js";
import { count, inWords } from "./words.js";
import { CORRECT, OTHERWISE } from "./work.js";
import { Zoom } from "./zoom.js";

const KEYS = { y: CORRECT, n: OTHERWISE, z: "undo", f: "zoom", h: "help" };
const NONE = {
  empty: ["Nothing to review", "There is nothing left for you right now.", "next"],
  taken: ["Almost done", "Other QAs have the last snapshots before them right now.", "resume"],
};
const LEAST_LOOK = 200; // milliseconds; sooner comes the rest of a double click
const QUESTION = "Is the proposed product correct?";
const ODD_ONES = "Mark the snapshots that do not show this product";

export class ReviewView {
  #pictures = new Pictures();
  #shown = []; // the items on the screen
  #shownAt = 0;
  #card = null; // what stands in the view's place while there is nothing to judge
  #cardOf = "";
  #life = new AbortController();

  constructor(place, app) {
    this.place = place;
    this.app = app;
    this.work = app.work;
    const { root, parts } = Object.assign(this, view("review"));
    this.buttons = {};
    for (const button of root.querySelectorAll("[data-do]")) {
      this.buttons[button.dataset.do] = button;
      button.addEventListener("click", () => this.#do(button.dataset.do));
    }
    say(parts.qa, app.person.qa);
    this.zoom = new Zoom(root, parts.stage);
    this.grid = new Grid(parts.tiles, this.#pictures, this.work, () => this.#settle());
    new Gestures(parts.stage, parts.hint, {
      decide: (verdict) => this.#do(verdict),
      tap: () => (this.zoom.isOn && this.grid.next() ? this.#settle() : this.#do("zoom")),
      isBusy: () => visualViewport.scale > 1.01 || this.zoom.isOn || !this.#mayDecide(),
    });
    parts.sample.addEventListener("click", () => this.#do(this.grid.next(0) || "zoom"));
    const { signal } = this.#life;
    addEventListener("keydown", (event) => this.#key(event), { signal });
    this.work.addEventListener("change", () => this.#render(), { signal });
    this.#render();
  }

  leave() {
    this.#life.abort();
    this.zoom.set(false);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.("input, select, textarea")) return;
    if (event.repeat && event.target.closest?.("[data-do], .tile")) return event.preventDefault(); // a held Enter clicks on
    const maySingleKeys = store.read("single-keys") !== false;
    if (this.zoom.key(event)) return event.preventDefault();
    if (this.#isGrid && this.grid.key(event, maySingleKeys)) return event.preventDefault();
    const action = this.#actionOf(event);
    if (!action || event.repeat || (!maySingleKeys && event.key.length === 1)) return;
    event.preventDefault();
    this.#do(action);
  }

  #actionOf({ key, code, target }) {
    const place = key > "~" && /^Key(.)/.exec(code)?.[1]; // of letters of other scripts
    const action = KEYS[(place || key).toLowerCase()];
    if (action || !this.#isGrid || target.closest?.("button:not(.tile), a")) return action;
    return { Enter: "confirm", " ": this.zoom.isOn && !target.closest?.(".tile") && "mark" }[key];
  }

  #do(action) {
    if (action === "help") document.getElementById("help").showModal();
    else if (action === "undo") this.work.undo();
    else if (action === "zoom") this.#toggleZoom();
    else if (action === "mark") this.grid.toggle();
    else if (action === "again") this.work.refresh();
    else if (this.#mayDecide(action)) this.#decide(action);
  }

  #decide(action) {
    const looked = performance.now() - this.#shownAt;
    if (looked < LEAST_LOOK) return;
    if (this.#isGrid && this.zoom.isOn) this.#toggleZoom();
    this.work.decide(this.#isGrid ? (item) => this.grid.verdictOf(item) : () => action, looked);
  }

  get #isGrid() {
    return this.#shown.length > 1;
  }

  /** Nobody judges what they have not seen; where a picture cannot be seen, one may be unsure. */
  #mayDecide(verdict = CORRECT) {
    if (this.work.phase !== "judging" || (verdict === "confirm") !== this.#isGrid) return false;
    if (this.#isGrid) return this.grid.isReady;
    const pair = this.#pictures.of(this.#shown[0]);
    return pair.isReady || (pair.hasFailed && verdict === OTHERWISE);
  }

  #toggleZoom() {
    if (this.work.phase === "judging") this.zoom.set(!this.zoom.isOn);
    this.buttons.zoom.ariaPressed = this.zoom.isOn;
    this.#settle();
  }

  #render() {
    const { work, parts } = this;
    say(parts.remaining, String(work.state.remaining));
    say(parts.unsent, work.trouble && work.unsent > 0 ? `${count(work.unsent, "answer")} not sent yet` : "");
    this.buttons.undo.ariaDisabled = work.state.steps.length === 0;
    if (work.phase === "judging") {
      this.#replaceBy(this.root, "");
      this.#show(work.group);
    } else {
      this.#shown = [];
      this.zoom.set(false);
      const name = `${work.phase} ${work.unsent} ${work.trouble?.status}`;
      if (name !== this.#cardOf) this.#replaceBy(this.#makeCard(), name);
    }
  }

  #replaceBy(node, name) {
    if (this.#card === node) return;
    const hadFocus = this.place.contains(document.activeElement) && this.place !== document.activeElement;
    this.place.replaceChildren(node);
    this.#card = node;
    this.#cardOf = name;
    if (hadFocus) this.place.focus({ preventScroll: true });
  }

  #show(group) {
    const [{ product }] = group;
    const isNew = nameOf(this.#shown) !== nameOf(group);
    this.#shown = group;
    this.#pictures.prepare(this.work.hand);
    const pairs = group.map((item) => this.#pictures.of(item));
    if (isNew) {
      const name = product.name ?? "Unnamed product";
      const count = this.#isGrid ? `${group.length} snapshots. ` : "";
      this.#shownAt = performance.now();
      say(this.parts.name, name);
      say(this.parts.gtin, product.gtin);
      say(this.parts.spoken, `${name}. ${count}${this.work.state.remaining} remaining.`);
      say(this.parts.question, this.#isGrid ? ODD_ONES : QUESTION);
      this.parts.verdicts.hidden = this.#isGrid;
      this.parts.together.hidden = !this.#isGrid;
      this.grid.show(this.#isGrid ? group : []);
      if (!this.#isGrid) this.parts.sample.replaceChildren();
    }
    if (isNew || pairs.some((pair, place) => pair !== this.pairs[place])) this.#await(pairs);
  }

  #await(pairs) {
    this.pairs = pairs;
    this.#settle();
    for (const pair of pairs) {
      if (pair.isReady || pair.hasFailed) continue;
      pair.settled.then(() => {
        if (this.pairs !== pairs) return;
        this.#shownAt = performance.now();
        if (pair.hasFailed) this.#show(this.#shown);
        this.#settle();
      });
    }
  }

  #settle() {
    const { parts, buttons, grid, zoom } = this;
    if (this.work.phase !== "judging") return;
    const isGridShown = this.#isGrid && !zoom.isOn;
    const { item, number } = this.#isGrid ? grid.current : { item: this.#shown[0] };
    const pair = this.#pictures.of(item);
    parts.stage.hidden = isGridShown;
    parts.grid.hidden = !isGridShown;
    parts.stage.dataset.snapshot = item.snapshot;
    say(parts.caption, this.#isGrid ? `Snapshot ${number}${grid.isMarked(item) ? ", marked" : ""}` : "Snapshot");
    if (isGridShown) {
      const sample = this.pairs.find((each) => each.isReady) ?? pair;
      grid.fill();
      frame(parts.sample, sample, sample.reference);
    } else {
      frame(parts.snapshot, pair, pair.snapshot);
      frame(parts.reference, pair, pair.reference);
    }
    for (const verdict of [CORRECT, OTHERWISE, "confirm"]) {
      buttons[verdict].ariaDisabled = !this.#mayDecide(verdict);
    }
    const marked = this.#shown.filter((each) => grid.isMarked(each)).length;
    say(buttons.confirm, marked ? `Confirm, ${marked} of ${this.#shown.length} marked` : `All ${this.#shown.length} are correct`);
    const hasFailed = this.pairs.some((each) => each.hasFailed);
    buttons.again.hidden = !hasFailed;
    if (hasFailed) say(parts.spoken, "A picture did not load.");
  }

  #makeCard() {
    const { work } = this;
    const { phase, trouble, unsent } = work;
    if (phase === "done") return doneCard(work, this.app.api);
    if (NONE[phase]) {
      const [title, text, way] = NONE[phase];
      return message({ title, text, action: "Look again", act: () => work[way]() });
    }
    if (trouble) {
      const kept = unsent > 0 ? `${count(unsent, "answer")} kept on this computer. ` : "";
      const text = kept + (trouble.isTemporary ? "It is tried again by itself." : "Please ask your admin.");
      return message({ title: inWords(trouble), text, action: "Try now", act: () => work.resume() });
    }
    const text = unsent > 0 ? "Your answers are being sent." : "Snapshots are being fetched.";
    return message({ title: "One moment", text });
  }
}

function nameOf(items) {
  return items.map((item) => item.snapshot).join(" ");
}
