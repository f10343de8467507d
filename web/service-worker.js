/**
 * Keeps the page's own files, so that it opens without a network: neither answers of the API nor pictures.
 *
 * Whenever the page is opened all files are asked for anew, and served as one set: the new one if it arrives whole and
 * in time, else the one from before.
 */

const FILES = [
  "index.html", "style.css", "icon.svg", "api.js", "app.js", "desk.js", "dom.js", "done.js", "gestures.js", "grid.js",
  "leaderboard.js", "pictures.js", "review.js", "settings.js", "sign-in.js", "store.js", "words.js", "work.js",
  "zoom.js",
];
const SET = "page";
const PATIENCE = 3000;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(renew());
});

addEventListener("fetch", (event) => {
  const name = nameOf(event.request);
  if (!FILES.includes(name)) return;
  event.respondWith(event.request.mode === "navigate" ? open() : kept(name));
});

/** The name of a file beside this one; that of the page for the folder itself. */
function nameOf({ method, url }) {
  const { origin, pathname } = new URL(url);
  const { scope } = registration;
  if (method !== "GET" || !(origin + pathname).startsWith(scope)) return null;
  return (origin + pathname).slice(scope.length) || "index.html";
}

async function open() {
  await renew(AbortSignal.timeout(PATIENCE)).catch(() => {}); // the set from before is as whole
  return kept("index.html");
}

async function kept(name) {
  const set = await caches.open(SET);
  return (await set.match(name)) ?? fetch(name);
}

/** Put all files into the set, or none. */
async function renew(signal) {
  const set = await caches.open(SET);
  await set.addAll(FILES.map((name) => new Request(name, { cache: "no-cache", signal })));
}
