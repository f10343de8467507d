/** Touch: the pictures follow a finger; far to the right is yes, to the left no; a tap, full size. */

import { CORRECT, OTHERWISE } from "./work.js";

const FAR = 80; // pixels
const STILL = 10;
const WORDS = { [CORRECT]: "Yes, it's correct", [OTHERWISE]: "No / I'm not sure" };

export class Gestures {
  #from = null;
  #isTap = false;

  constructor(stage, hint, { decide, tap, isBusy }) {
    this.stage = stage;
    this.hint = hint;
    stage.addEventListener("pointerdown", (event) => {
      this.#release(); // a second finger ends it
      if (!event.isPrimary || event.button) return;
      this.#from = { x: event.clientX, y: event.clientY, isTouch: event.pointerType !== "mouse" };
    });
    stage.addEventListener("pointermove", (event) => {
      if (this.#from?.isTouch && !isBusy()) this.#drag(event.clientX - this.#from.x);
    });
    stage.addEventListener("pointerup", (event) => {
      const from = this.#from;
      this.#release();
      if (!from) return;
      const [across, down] = [event.clientX - from.x, event.clientY - from.y];
      this.#isTap = Math.hypot(across, down) < STILL;
      if (this.#isTap) return; // before the click a tile below would get it
      if (from.isTouch && !isBusy() && isFar(across)) decide(verdictOf(across));
    });
    stage.addEventListener("click", () => this.#isTap && tap());
    stage.addEventListener("pointercancel", () => this.#release());
  }

  #drag(across) {
    this.stage.style.setProperty("--drag", `${across}px`);
    this.hint.textContent = isFar(across) ? WORDS[verdictOf(across)] : "";
  }

  #release() {
    this.#from = null;
    this.#isTap = false;
    this.stage.style.removeProperty("--drag");
    this.hint.textContent = "";
  }
}

function isFar(across) {
  return Math.abs(across) > FAR;
}

function verdictOf(across) {
  return across > 0 ? CORRECT : OTHERWISE;
}
