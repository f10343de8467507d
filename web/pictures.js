/** The pictures of snapshots, loaded and decoded before they are shown. */

export class Pictures {
  #loaded = new Map();

  /** Load the pictures of these items, and forget those of all others. */
  prepare(items) {
    const wanted = new Set(items.map((item) => item.snapshot));
    for (const snapshot of this.#loaded.keys()) if (!wanted.has(snapshot)) this.#loaded.delete(snapshot);
    for (const item of items) {
      const pair = this.#loaded.get(item.snapshot);
      // Another address may work; what still loads is not begun again.
      if (!pair || (pair.hasFailed && pair.item !== item)) this.#loaded.set(item.snapshot, new Pair(item));
    }
  }

  of(item) {
    return this.#loaded.get(item.snapshot);
  }
}

export function frame(place, pair, image) {
  const missing = pair.hasFailed ? "This picture did not load." : "";
  const shown = pair.isReady ? (image ?? "There is no reference image.") : missing;
  place.classList.toggle("loading", shown === "");
  if (shown !== place.lastChild) place.replaceChildren(...place.querySelectorAll(".number"), shown);
}

/** A snapshot and its product's reference image, which is null where there is none. */
class Pair {
  isReady = false;
  hasFailed = false;

  constructor(item) {
    this.item = item;
    const name = item.product.name ?? "the product";
    this.snapshot = picture(item.snapshot_url, "Snapshot to judge", item.width, item.height);
    this.reference = item.reference_url ? picture(item.reference_url, `Reference image of ${name}`) : null;
    const pictures = [this.snapshot, this.reference].filter(Boolean);
    this.settled = Promise.allSettled(pictures.map((each) => each.decode())).then((ends) => {
      this.hasFailed = ends.some(({ reason }) => reason);
      this.isReady = !this.hasFailed;
    });
  }
}

function picture(url, alternative, width, height) {
  const image = new Image();
  if (width) image.width = width;
  if (height) image.height = height;
  image.alt = alternative;
  image.draggable = false;
  image.decoding = "sync"; // shown in the same frame as its product's name
  image.src = url;
  return image;
}
