/** Who is signed in, which view is shown, and the work that goes on behind all views. */

import { Api } from "./api.js";
import { message, say } from "./dom.js";
import { LeaderboardView } from "./leaderboard.js";
import { ReviewView } from "./review.js";
import { API } from "./settings.js";
import { SignInView } from "./sign-in.js";
import * as store from "./store.js";
import { count } from "./words.js";
import { Work } from "./work.js";

/** Who has which views, the first one first; those of admins are loaded when opened. */
const VIEWS = {
  qa: { review: () => ReviewView, leaderboard: () => LeaderboardView },
  admin: {
    operations: async () => (await import("./operations.js")).OperationsView,
    catalog: async () => (await import("./catalog.js")).CatalogView,
    leaderboard: () => LeaderboardView,
  },
};
const PERSON = "signed-in";
const NOTICE = 6000;
const NOT_LOADED = { title: "Not loaded", text: "The server cannot be reached.", action: "Try again" };
const TAKEN = {
  title: "You review elsewhere",
  text: "Your session is open in another tab of this browser.",
  action: "Go on here",
};
const NO_STORE = {
  title: "Answers cannot be kept",
  text: "Your browser does not let this page keep data. Please allow it and load the page again.",
};

class App {
  work = null;
  /** Why somebody has to sign in, and under which name last time. */
  reason = "";
  lastName = "";
  #view = null;
  #asked = 0;
  #noticeEnds = null;
  #release = () => {};

  constructor() {
    this.place = document.querySelector("main");
    this.nav = document.querySelector("nav");
    this.signOutButton = document.getElementById("sign-out");
    this.person = store.read(PERSON);
    this.api = new Api(API, this.person?.token);
    this.signOutButton.addEventListener("click", () => this.signOut());
    addEventListener("hashchange", () => this.show());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.work?.resume());
    // Another tab may have signed somebody else in or out.
    addEventListener("storage", () => store.read(PERSON)?.qa !== this.person?.qa && location.reload());
    const singleKeys = document.getElementById("single-keys");
    singleKeys.checked = store.read("single-keys") !== false;
    singleKeys.addEventListener("change", () => store.write("single-keys", singleKeys.checked));
    if (store.isAllowed()) this.begin();
    else this.#say(NO_STORE);
  }

  begin() {
    if (this.person?.role === "qa") this.takeWork();
    else this.show();
  }

  /** Only one tab of a browser works on a QA's session, so that the answers of two are not mixed. */
  takeWork(steal = false) {
    const { qa } = this.person;
    const held = new Promise((release) => (this.#release = release));
    navigator.locks
      .request(`snapjury:${qa}`, steal ? { steal } : { ifAvailable: true }, (lock) => {
        if (!lock) return this.show();
        this.work = new Work(this.api, qa);
        this.work.addEventListener("change", () => this.work?.trouble?.status === 401 && this.expired());
        this.work.addEventListener("notice", (event) => this.notice(event.detail));
        this.show();
        this.work.resume();
        return held;
      })
      .catch(() => {
        this.leaveWork();
        this.show();
      });
  }

  leaveWork() {
    this.work?.stop();
    this.work = null;
    this.#release();
  }

  show() {
    this.#leave();
    document.title = "Snapjury";
    if (!this.person) return this.#open(() => SignInView);
    const views = VIEWS[this.person.role];
    const [wanted] = location.hash.slice(1).split("/");
    const name = Object.hasOwn(views, wanted) ? wanted : Object.keys(views)[0];
    for (const link of this.nav.children) {
      const its = link.hash.slice(1);
      link.hidden = !Object.hasOwn(views, its);
      link.ariaCurrent = its === name ? "page" : null;
      if (its === name) document.title = `${link.textContent} - Snapjury`;
    }
    if (name === "review" && !this.work) this.showTaken();
    else this.#open(views[name]);
    scrollTo(0, 0);
  }

  #leave() {
    this.#view?.leave?.();
    this.#view = null;
    this.#asked += 1;
    this.nav.hidden = this.signOutButton.hidden = !this.person;
  }

  /** Show a view; at once, unless it has to be loaded first. */
  #open(load) {
    const asked = this.#asked;
    const begin = (View) => asked === this.#asked && (this.#view = new View(this.place, this));
    const found = load();
    if (found instanceof Promise) found.then(begin, () => this.#say(NOT_LOADED, () => this.show()));
    else begin(found);
  }

  showTaken() {
    this.#leave();
    this.#say(TAKEN, () => this.takeWork(true));
  }

  #say(words, act) {
    this.place.replaceChildren(message({ ...words, act }));
  }

  signedIn(qa, { token, role }) {
    this.person = { qa, token, role };
    store.write(PERSON, this.person);
    this.api.token = token;
    this.reason = "";
    this.begin();
  }

  signOut() {
    const left = this.work?.unsent ?? 0;
    this.work?.putDown();
    const kept = `${count(left, "answer")} of ${this.person.qa} kept on this computer until the next sign-in.`;
    this.forget(left > 0 ? kept : "");
  }

  expired() {
    if (!this.person) return;
    const left = this.work?.unsent ?? 0;
    const kept = left > 0 ? ` ${count(left, "answer")} kept, and sent when you are back.` : "";
    this.lastName = this.person.qa;
    this.forget(`Your sign-in has ended. Please sign in again.${kept}`);
  }

  forget(reason) {
    this.leaveWork();
    store.remove(PERSON);
    this.person = null;
    this.api = new Api(API);
    this.reason = reason;
    this.show();
  }

  notice(words) {
    const place = document.getElementById("notice");
    clearTimeout(this.#noticeEnds);
    say(place, words);
    this.#noticeEnds = setTimeout(() => say(place, ""), NOTICE);
  }
}

/** Keep the page's files, so that it opens without a network; browsers that cannot do without. */
function keepPage() {
  const file = "service-worker.js";
  const policy = self.trustedTypes?.createPolicy("service-worker", { createScriptURL: () => file });
  navigator.serviceWorker?.register(policy?.createScriptURL(file) ?? file).catch(() => {});
}

new App();
keepPage();
