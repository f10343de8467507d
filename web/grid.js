/** Several snapshots of one product: the odd ones are marked, and the answers on all are given at once. */

import { button, element } from "./dom.js";
import { frame } from "./pictures.js";
import { CORRECT, OTHERWISE } from "./work.js";

const STEPS = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: (across) => -across, ArrowDown: (across) => across };

export class Grid {
  #tiles = [];
  #group = [];
  #at = 0;

  /** `pictures` has those shown, `work` which are marked; `changed` is called at each mark. */
  constructor(place, pictures, work, changed) {
    this.place = place;
    this.pictures = pictures;
    this.work = work;
    this.changed = changed;
  }

  /** The snapshot that is looked at, and which one it is. */
  get current() {
    return { item: this.#group[this.#at], number: this.#at + 1 };
  }

  /** Show other snapshots, or none; the pictures follow with `fill`. */
  show(group) {
    this.#group = group;
    this.#at = 0;
    while (this.#tiles.length < group.length) this.#tiles.push(this.#makeTile(this.#tiles.length));
    const across = this.#across;
    this.place.dataset.snapshots = group.map((item) => item.snapshot).join(" ");
    this.place.style.setProperty("--across", across);
    this.place.style.setProperty("--down", Math.ceil(group.length / across));
    const hadFocus = this.place.contains(document.activeElement);
    this.place.replaceChildren(...this.#tiles.slice(0, group.length));
    if (hadFocus) (group.length > 0 ? this.#tiles[0] : this.place.closest("main")).focus();
  }

  fill() {
    this.#group.forEach((item, place) => {
      const tile = this.#tiles[place];
      const pair = this.pictures.of(item);
      frame(tile, pair, pair.snapshot);
      tile.ariaPressed = this.isMarked(item);
    });
  }

  /** Nobody answers what they have not seen; what cannot be seen may be marked. */
  get isReady() {
    return this.#group.every((item) => {
      const pair = this.pictures.of(item);
      return pair.isReady || (pair.hasFailed && this.isMarked(item));
    });
  }

  isMarked(item) {
    return this.work.marked.has(item.snapshot);
  }

  verdictOf(item) {
    return this.isMarked(item) ? OTHERWISE : CORRECT;
  }

  /** Whether the key was for the grid: a tile's number marks it, arrows go from tile to tile. */
  key(event, maySingleKeys) {
    const step = STEPS[event.key];
    const place = Number(event.key) - 1;
    if (step) this.#go(step(this.#across));
    else if (maySingleKeys && !event.repeat && this.#group[place]) this.toggle(place);
    else return false;
    return true;
  }

  /** Mark a snapshot, that which is looked at, or take the mark away. */
  toggle(place = this.#at) {
    const { snapshot } = this.#group[place];
    const { marked } = this.work;
    if (!marked.delete(snapshot)) marked.add(snapshot);
    this.#at = place;
    this.fill();
    this.changed();
  }

  /** Look at the next one; false if that is the first again. */
  next(at = this.#at + 1) {
    this.#at = at % (this.#group.length || 1);
    return this.#at > 0;
  }

  get #across() {
    return this.#group.length > 4 ? 3 : 2;
  }

  #go(step) {
    const isFirst = !this.place.contains(document.activeElement);
    const to = isFirst ? this.#at : this.#at + step;
    this.#tiles[Math.min(Math.max(to, 0), this.#group.length - 1)].focus();
  }

  #makeTile(place) {
    const tile = button("", () => this.toggle(place), "button.tile.frame");
    tile.append(element("span.number", {}, place + 1));
    tile.ariaLabel = `Snapshot ${place + 1}`;
    tile.addEventListener("focus", () => (this.#at = place));
    return tile;
  }
}
