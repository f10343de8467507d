/**
 * What this browser keeps between visits: who is signed in, and each QA's unsent answers and snapshots in hand.
 *
 * localStorage writes before it returns: an answer is kept before the next picture is shown. The token lies there too,
 * since answers that outlive a closed tab are of no use without the right to send them.
 */

const PREFIX = "snapjury:";

/** Whether anything can be kept: people may forbid it. */
export function isAllowed() {
  try {
    write("probe", true);
    remove("probe");
    return true;
  } catch {
    return false;
  }
}

export function read(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

export function write(name, value) {
  localStorage.setItem(PREFIX + name, JSON.stringify(value));
}

export function remove(name) {
  localStorage.removeItem(PREFIX + name);
}
