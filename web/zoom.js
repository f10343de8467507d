/** Full size: both pictures fill the window, magnified alike, and show the same place. */

const SCALE = 2.5;
const STEP = 10; // percent
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

export class Zoom {
  isOn = false;
  #at = [50, 50]; // percent of the picture's frame

  constructor(root, stage) {
    this.root = root;
    this.stage = stage;
    stage.addEventListener("pointermove", (event) => this.#follow(event));
  }

  set(isOn) {
    this.isOn = isOn;
    document.body.classList.toggle("full-size", isOn);
    this.stage.style.setProperty("--scale", isOn ? SCALE : 1);
    this.#look(50, 50);
  }

  /** Whether the key was for looking around. */
  key(event) {
    if (!this.isOn) return false;
    if (event.key === "Escape") this.root.querySelector("[data-do=zoom]").click();
    else if (ARROWS[event.key]) this.#look(this.#at[0] + ARROWS[event.key][0], this.#at[1] + ARROWS[event.key][1]);
    else return false;
    return true;
  }

  #follow(event) {
    const frame = event.target.closest(".frame");
    if (!this.isOn || !frame) return;
    const box = frame.getBoundingClientRect();
    this.#look((100 * (event.clientX - box.left)) / box.width, (100 * (event.clientY - box.top)) / box.height);
  }

  #look(x, y) {
    this.#at = [x, y].map((each) => Math.min(100, Math.max(0, each)));
    this.stage.style.setProperty("--x", `${this.#at[0]}%`);
    this.stage.style.setProperty("--y", `${this.#at[1]}%`);
  }
}
