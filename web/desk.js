/** What the views share that show what the API answers. */

import { ApiError } from "./api.js";
import { view } from "./dom.js";
import { inWords } from "./words.js";

/** A view made from a template. Those of admins are the desk that their lists and buttons work at. */
export class Desk {
  #life = new AbortController();
  #asked = 0;
  #goesOn = false;
  #timer = null;
  #again = () => this.#goesOn && document.visibilityState === "visible" && this.refresh();

  constructor(place, app, template) {
    this.place = place;
    this.app = app;
    Object.assign(this, view(template));
    place.replaceChildren(this.root);
    document.addEventListener("visibilitychange", this.#again, { signal: this.#life.signal });
  }

  leave() {
    clearTimeout(this.#timer);
    this.#life.abort();
  }

  ask(...request) {
    return this.app.api.call(...request);
  }

  /** Do something that asks the API; `fail` is told if that failed and somebody is still here. */
  async attempt(act, fail = (error) => this.tell(error)) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#life.signal.aborted) return;
      if (error.status === 401) this.app.expired();
      else fail(error);
    }
  }

  /**
   * Show what is loaded, now and every `pause` milliseconds while somebody looks, for as long as `show` says so. The
   * view's `lost` is told why nothing newer is shown; that is tried again if it is temporary.
   */
  watch(load, show, pause) {
    this.refresh = async () => {
      clearTimeout(this.#timer);
      const asked = ++this.#asked;
      const isWanted = () => asked === this.#asked && !this.#life.signal.aborted;
      const act = async () => {
        const loaded = await load();
        if (isWanted()) this.#goesOn = show(loaded);
      };
      await this.attempt(act, (error) => {
        if (!isWanted()) return;
        this.#goesOn = error.isTemporary;
        this.lost(error);
      });
      if (isWanted()) this.#timer = setTimeout(this.#again, pause);
    };
    return this.refresh();
  }

  /** Say why something was not done. */
  tell(error) {
    this.app.notice(error.status === 409 ? error.message : inWords(error));
  }
}
