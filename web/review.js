/** The view of a QA at work: a snapshot beside the reference image of its product, and the question. */

import { element, message, say, view } from "./dom.js";
import { doneCard } from "./done.js";
import { Gestures } from "./gestures.js";
import { Pictures } from "./pictures.js";
import * as store from "./store.js";
import { answers, inWords } from "./words.js";
import { CORRECT, OTHERWISE } from "./work.js";
import { Zoom } from "./zoom.js";

const KEYS = { y: CORRECT, n: OTHERWISE, z: "undo", f: "zoom", h: "help" };

export class ReviewView {
  #pictures = new Pictures();
  #shown = null; // the item on the screen
  #shownAt = 0;
  #card = null; // what stands in the view's place while there is nothing to judge
  #cardOf = "";
  #life = new AbortController();

  constructor(place, app) {
    this.place = place;
    this.app = app;
    this.work = app.work;
    const { root, parts } = view("review");
    this.root = root;
    this.parts = parts;
    this.buttons = {};
    for (const button of root.querySelectorAll("[data-do]")) {
      this.buttons[button.dataset.do] = button;
      button.addEventListener("click", () => this.#do(button.dataset.do));
    }
    say(parts.qa, app.person.qa);
    this.zoom = new Zoom(root, parts.stage);
    new Gestures(parts.stage, parts.hint, {
      decide: (verdict) => this.#do(verdict),
      tap: () => this.#do("zoom"),
      isBusy: () => this.zoom.isOn || !this.#mayDecide(),
    });
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
    if (event.repeat && event.target.closest?.("[data-do]")) return event.preventDefault(); // a held Enter clicks on
    if (this.zoom.key(event)) return event.preventDefault();
    const action = KEYS[event.key.toLowerCase()];
    if (!action || event.repeat || store.read("single-keys") === false) return;
    event.preventDefault();
    this.#do(action);
  }

  #do(action) {
    if (action === "help") this.app.help();
    else if (action === "undo") this.work.undo();
    else if (action === "zoom") this.#toggleZoom();
    else if (this.#mayDecide(action)) this.work.decide(action, performance.now() - this.#shownAt);
  }

  /** Nobody judges what they have not seen; where a picture cannot be seen, one may be unsure. */
  #mayDecide(verdict = CORRECT) {
    if (this.work.phase !== "judging" || !this.#shown) return false;
    const pair = this.#pictures.of(this.#shown);
    return pair.isReady || (pair.hasFailed && verdict === OTHERWISE);
  }

  #toggleZoom() {
    if (this.work.phase === "judging") this.zoom.set(!this.zoom.isOn);
    this.buttons.zoom.setAttribute("aria-pressed", String(this.zoom.isOn));
  }

  #render() {
    const { work, parts } = this;
    say(parts.remaining, String(work.remaining));
    say(parts.unsent, work.trouble && work.unsent > 0 ? `${answers(work.unsent)} not sent yet` : "");
    this.buttons.undo.disabled = !work.canUndo;
    if (work.phase === "judging") {
      this.#replaceBy(this.root, "");
      this.#show(work.hand[0]);
    } else {
      this.#shown = null;
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

  #show(item) {
    const isNew = this.#shown?.snapshot !== item.snapshot;
    this.#shown = item;
    this.#pictures.prepare(this.work.hand);
    const pair = this.#pictures.of(item);
    if (isNew) {
      this.#shownAt = performance.now();
      say(this.parts.name, item.product.name ?? "Unnamed product");
      say(this.parts.gtin, item.product.gtin);
      say(this.parts.spoken, `${item.product.name ?? "Unnamed product"}. ${this.work.remaining} remaining.`);
    }
    if (isNew || pair !== this.pair) this.#place(pair);
  }

  /** Put the pictures into their frames; those that are not there yet as soon as they are. */
  #place(pair) {
    this.pair = pair;
    const settle = () => {
      if (this.pair !== pair) return;
      this.parts.stage.dataset.snapshot = this.#shown.snapshot;
      this.#frame(this.parts.snapshot, pair, pair.snapshot);
      this.#frame(this.parts.reference, pair, pair.reference);
      for (const verdict of [CORRECT, OTHERWISE]) {
        this.buttons[verdict].setAttribute("aria-disabled", String(!this.#mayDecide(verdict)));
      }
    };
    settle();
    if (!pair.isReady && !pair.hasFailed) {
      pair.settled.then(() => {
        this.#shownAt = performance.now();
        settle();
      });
    }
  }

  #frame(frame, pair, image) {
    frame.classList.toggle("loading", !pair.isReady && !pair.hasFailed);
    if (pair.isReady) frame.replaceChildren(image ?? element("p", {}, "There is no reference image."));
    else if (pair.hasFailed) frame.replaceChildren(this.#failure());
    else frame.replaceChildren();
  }

  #failure() {
    const again = element("button", { type: "button" }, "Try again");
    again.addEventListener("click", () => this.work.refresh());
    return element("div", {}, element("p", {}, "This picture did not load."), again);
  }

  #makeCard() {
    const { work } = this;
    if (work.phase === "done") return doneCard(work, this.app.api);
    if (work.phase === "empty") {
      const text = "There is nothing left for you right now.";
      return message({ title: "Nothing to review", text, action: "Look again", act: () => work.next() });
    }
    if (work.phase === "taken") {
      const text = "Other QAs have the last snapshots before them right now.";
      return message({ title: "Almost done", text, action: "Look again", act: () => work.resume() });
    }
    if (work.trouble) {
      const kept = work.unsent > 0 ? `${answers(work.unsent)} kept on this computer. ` : "";
      const text = kept + (work.trouble.isTemporary ? "It is tried again by itself." : "Please ask your admin.");
      return message({ title: inWords(work.trouble), text, action: "Try now", act: () => work.resume() });
    }
    const text = work.unsent > 0 ? "Your answers are being sent." : "Snapshots are being fetched.";
    return message({ title: "One moment", text });
  }
}
