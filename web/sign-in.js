/** The way in. */

import { ApiError } from "./api.js";
import { view } from "./dom.js";
import { signInWords } from "./words.js";

export class SignInView {
  constructor(place, app) {
    const { root, parts } = view("sign-in");
    const form = root.querySelector("form");
    const button = form.querySelector("button");
    parts.reason.textContent = app.reason;
    form.elements.name.value = app.lastName;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      parts.error.textContent = "";
      button.disabled = true;
      const name = form.elements.name.value.trim().toLowerCase();
      try {
        app.signedIn(name, await app.api.call("POST", "/auth/token", { name, password: form.elements.password.value }));
        place.focus(); // else nothing has it
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        parts.error.textContent = signInWords(error);
        button.disabled = false;
        form.elements.password.select();
      }
    });
    place.replaceChildren(root);
    (app.lastName ? form.elements.password : form.elements.name).focus();
  }
}
