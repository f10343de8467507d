/** What a QA sees after a session: what they did, where that puts them, and the way to the next one. */

import { element, factList, message } from "./dom.js";
import { duration } from "./words.js";
import { CORRECT, OTHERWISE } from "./work.js";

export function doneCard(work, api) {
  const { tally, time } = work.state;
  const count = tally[CORRECT] + tally[OTHERWISE];
  const facts = [
    ["Reviewed", count],
    ["Yes", String(tally[CORRECT])],
    ["No / unsure", String(tally[OTHERWISE])],
    ["Time", `${duration(time)}, ${duration(time / count)} each`],
  ];
  const card = message({ title: "Session done", action: "Review the next hundred", act: () => work.next() });
  const [title, rank] = card.children;
  title.after(element("dl", {}, ...factList(facts)));
  showRank(rank, api);
  return card;
}

/** The rank is told where there is one; a deployment without a leaderboard shows nothing. */
async function showRank(place, api) {
  const { own } = await api.call("GET", "/leaderboard?window=week").catch(() => ({}));
  if (own?.rank) place.textContent = `You are number ${own.rank} of the last 7 days.`;
  else if (own) place.textContent = "A few more sessions, and you will be ranked.";
}
