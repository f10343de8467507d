/** Errors, numbers and times in words. */

export function inWords(error) {
  if (error.status === 0) return navigator.onLine === false ? "You are offline." : "The server cannot be reached.";
  if (error.status === 429) return "That was too often.";
  if (error.status >= 500) return "The server has a problem.";
  if (error.status === 403) return "You may not do this.";
  return "Something went wrong.";
}

export function signInWords(error) {
  if (error.status === 401) return "The name or the password is wrong, or this user may not sign in.";
  if (error.status === 429) return `Too many attempts failed. Try again in ${duration(error.retryAfter ?? 60_000)}.`;
  if (error.status === 422) return "This cannot be a name and a password of Snapjury.";
  return `${inWords(error)} Please try again.`;
}

export function count(number, noun) {
  return `${number.toLocaleString()} ${noun}${number === 1 ? "" : "s"}`;
}

export function duration(milliseconds) {
  if (milliseconds === undefined) return "–";
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1).replace(".0", "")} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

export function named(name) {
  return name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");
}

/** The time of a moment, as people here write it, with its day where that is not today. */
export function at(moment, timeStyle = "medium") {
  const date = new Date(moment);
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(undefined, isToday ? { timeStyle } : { dateStyle: "medium", timeStyle: "short" });
}
