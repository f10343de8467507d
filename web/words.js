/** What went wrong, in words that a QA understands. */

export function inWords(error) {
  if (error.status === 0) return navigator.onLine === false ? "You are offline." : "The server cannot be reached.";
  if (error.status === 429) return "That was too often.";
  if (error.status >= 500) return "The server has a problem.";
  if (error.status === 403) return "You may not do this.";
  return "Something went wrong.";
}

export function signInWords(error) {
  if (error.status === 401) return "The name or the password is wrong, or this user may not sign in.";
  if (error.status === 429) {
    const seconds = Math.ceil((error.retryAfter ?? 60_000) / 1000);
    return `Too many attempts failed. Try again in ${duration(1000 * seconds)}.`;
  }
  if (error.status === 422) return "This cannot be a name and a password of Snapjury.";
  return `${inWords(error)} Please try again.`;
}

export function answers(count) {
  return count === 1 ? "1 answer" : `${count} answers`;
}

export function duration(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

export function count(number, noun) {
  return `${number.toLocaleString()} ${noun}${number === 1 ? "" : "s"}`;
}

/** A name of the API as words. */
export function named(name) {
  return name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");
}

/** A moment of the API, as people here write it. */
export function at(moment) {
  return new Date(moment).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
