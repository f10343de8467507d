/** The catalog's pages: lists of pictures, a snapshot's record, and imports and exports with their progress. */

import { element, say, swap, table, view } from "./dom.js";
import { at, count, named, percent } from "./words.js";

const STATUSES = ["pending", "correct", "incorrect_or_unsure", "duplicate"];
const VOTES = [
  ["QA", "who name", (vote) => vote.qa],
  ["Verdict", "", (vote) => named(vote.verdict) + (vote.isLate ? ", too late" : "")],
  ["When", "", (vote) => at(vote.at)],
];
const IMPORTS = [
  ["Manifest", "who", ({ id, manifest }) => element("a", { id, href: `#catalog/imports/${id}` }, manifest.path)],
  ["State", "", stateOf],
  ["Rows", "", (job) => job.rows.toLocaleString()],
  ["Bad", "", (job) => job.rejected.toLocaleString()],
  ["Accepted", "wide", (job) => job.accepted.toLocaleString()],
  ["Known before", "wide", (job) => job.known.toLocaleString()],
  ["Begun", "wide", (job) => at(job.created_at)],
];
const BAD_ROWS = [
  ["Row", "", ({ row }) => row.toLocaleString()],
  ["What is wrong", "who", ({ message, text }) => element("span", {}, message, element("code", {}, text))],
];
const EXPORTS = [
  ["Decided", "who", ({ since, until }) => `${Date.parse(since) ? `${at(since)} to` : "Until"} ${at(until)}`],
  ["State", "", stateOf],
  ["Snapshots", "", (job) => job.snapshots.toLocaleString()],
  ["Size", "wide", (job) => `${(job.bytes / 1000).toFixed(1)} kB`],
  ["Files", "", ({ id, files }) => element("span", {}, ...Object.entries(files ?? {}).flatMap(fileOf(id)))],
];

export const PAGES = {
  products: (desk, id, status) => (id ? snapshotsPage(desk, status, id) : productsPage(desk)),
  snapshots: (desk, id) => (!id || STATUSES.includes(id) ? snapshotsPage(desk, id) : recordPage(desk, id)),
  imports: importsPage,
  exports: exportsPage,
};

// ---- products and snapshots

async function productsPage(desk) {
  const { products, next } = await desk.list("/products");
  const cards = products.map(({ gtin, name, reference_url }) => card(`products/${gtin}`, reference_url, name, gtin));
  desk.show(gallery(cards), desk.pager(next));
}

/** The snapshots with this status, or all; of one product with it, or of all. */
async function snapshotsPage(desk, chosen, gtin) {
  const query = { ...(chosen && { status: chosen }), ...(gtin && { product: gtin }) };
  const requests = [desk.list("/snapshots", query), gtin && desk.ask("GET", `/products/${gtin}`)];
  const [{ snapshots, next }, product] = await Promise.all(requests);
  const tabs = ["", ...STATUSES].map((status) => {
    const href = `#catalog/${gtin ? `products/${gtin}` : "snapshots"}${status && `/${status}`}`;
    return element("a", { href, ...(status === chosen && { "aria-current": "page" }) }, named(status || "all"));
  });
  const cards = snapshots.map(({ id, image_url, status, votes, known_answer }) => {
    const words = status === "duplicate" ? "" : count(votes.length, "vote") + (known_answer ? ", known" : "");
    return card(`snapshots/${id}`, image_url, named(status), words, status);
  });
  const head = product ? headOf(product) : "";
  desk.show(head, element("nav", { "aria-label": "Status" }, ...tabs), gallery(cards), desk.pager(next));
}

function headOf({ gtin, name, reference_url }) {
  const words = element("div", {}, element("h2", {}, name), `GTIN ${gtin}`);
  return element("div", { class: "bar" }, frame(reference_url, "Reference image"), words);
}

function gallery(cards) {
  return cards.length > 0 ? element("ul", { class: "gallery" }, ...cards) : "There are none.";
}

function card(page, url, title, text, kind = "") {
  const words = [element("strong", { class: kind }, title), element("span", {}, text)];
  return element("li", {}, element("a", { href: `#catalog/${page}` }, frame(url, ""), ...words));
}

/** A picture that is loaded when it comes near the window, in a frame that keeps its size. */
function frame(url, alt) {
  const picture = url ? element("img", { src: url, alt, loading: "lazy", decoding: "async" }) : "No picture";
  return element("div", { class: "frame" }, picture);
}

// ---- a snapshot's record

/** A snapshot: its picture beside its product's, what was decided, who voted, and whether its answer is known. */
async function recordPage(desk, id) {
  const { root, parts } = view("record");
  const path = `/snapshots/${id}`;
  let record = await desk.ask("GET", path);
  const product = await desk.ask("GET", `/products/${record.product}`).catch((error) => {
    if (error.status !== 404) throw error;
    return { name: "A deleted product" };
  });
  const buttons = [...root.querySelectorAll("button")];
  const draw = () => {
    const { votes = [], surplus_votes = [], known_answer } = record;
    parts.votes.replaceChildren(table(VOTES, [...votes, ...surplus_votes.map((vote) => ({ ...vote, isLate: true }))]));
    parts.facts.replaceChildren(...factsOf(record).map(fact));
    for (const button of buttons) button.ariaPressed = String((known_answer ?? "") === button.value);
  };
  const answer = async ({ value }) => {
    const request = value ? ["PUT", `${path}/answer`, { answer: value }] : ["DELETE", `${path}/answer`];
    record = { ...record, ...(await desk.ask(...request)) };
    draw();
  };
  for (const button of buttons) button.addEventListener("click", () => desk.attempt(() => answer(button)));
  parts.known.hidden = !record.status || Boolean(record.duplicate_of);
  parts.product.textContent = product.name;
  parts.product.href = `#catalog/products/${record.product}`;
  parts.snapshot.replaceWith(frame(record.image_url, "Snapshot"));
  parts.reference.replaceWith(frame(product.reference_url, "Reference image"));
  draw();
  desk.show(root);
}

/** What is known of a snapshot, in pairs of a title and what it is. */
function factsOf({ decision, errors, ...record }) {
  const { status, duplicate_of, duplicates = [], assetPath } = record;
  const facts = [["Snapshot", record.id], ["Status", named(status ?? `picture ${record.state}`)]];
  for (const [what, wrong] of Object.entries(errors)) facts.push([named(what), wrong.join(", ")]);
  if (decision) {
    const { decided_at, policy, reason, majority, posterior, audit } = decision;
    facts.push(["Decided", `${at(decided_at)} by ${policy}, ${reason.replace("_", " ")}`]);
    facts.push(["Confidence", percent(decision.confidence)], ["Most votes", named(majority ?? "even")]);
    if (posterior) facts.push(["Likelier", `${named(posterior.label)}, ${percent(posterior.confidence)}`]);
    if (audit) facts.push(["Audit", `Fewer votes would have said: ${named(audit)}`]);
  }
  if (duplicate_of) facts.push(["Judged as", links([duplicate_of])]);
  if (duplicates.length > 0) facts.push(["Duplicates", links(duplicates)]);
  if (status) facts.push(["Filed", at(record.created_at)], ["SHA-256", record.sha256]);
  return [...facts, ["Source", `${assetPath.location}: ${assetPath.path}`]];
}

function fact([title, what]) {
  return element("div", {}, element("dt", {}, title), element("dd", {}, what));
}

function links(ids) {
  return element("span", {}, ...ids.flatMap((id) => [element("a", { href: `#catalog/snapshots/${id}` }, id), " "]));
}

// ---- imports and exports

/** All imports, or one with the bad rows of its manifest. */
function importsPage(desk, id) {
  jobsPage(desk, IMPORTS, async () => {
    if (!id) return desk.list("/imports");
    const requests = [desk.ask("GET", `/imports/${id}`), desk.list(`/imports/${id}/errors`)];
    const [job, { errors, next }] = await Promise.all(requests);
    return { imports: [job], errors, next };
  });
}

function exportsPage(desk) {
  const button = element("button", { type: "button", class: "yes" }, "Export all decisions");
  const keep = jobsPage(desk, EXPORTS, () => desk.list("/exports"), desk.after ? "" : button);
  let key = crypto.randomUUID();
  const begin = async () => {
    const { id } = await desk.ask("POST", "/exports", {}, { "idempotency-key": key });
    key = crypto.randomUUID(); // a repetition before is for the same export
    await keep(id);
  };
  button.addEventListener("click", () => desk.attempt(begin));
}

/** Show jobs as they go on; what it returns does so again until one that was begun is listed, and has ended. */
function jobsPage(desk, columns, load, tool = "") {
  const [place, status] = [element("div", { class: "stack" }), element("p", { role: "status" })];
  desk.show(element("div", { class: "bar" }, tool, status), place);
  const refresh = async (begun) => {
    const { imports, exports: jobs = imports, errors, next } = await load();
    swap(place, table(columns, jobs), errors ? table(BAD_ROWS, errors) : "", desk.pager(next));
    const running = jobs.filter(isRunning).length;
    say(status, running > 0 ? `${running} running` : "Nothing is running.");
    return running > 0 || Boolean(begun && !jobs.some(({ id }) => id === begun));
  };
  const keep = (begun) => desk.keep(() => refresh(begun));
  keep();
  return keep;
}

function stateOf(job) {
  const words = named(job.state) + (job.error ? `: ${job.error}` : "");
  if (!isRunning(job) || !job.bytes_total) return words;
  const bar = element("progress", { "aria-label": "Bytes read", max: job.bytes_total, value: job.bytes_read });
  return element("span", {}, words, bar);
}

/** How to make the link to a file of this export, which is good for an hour. */
function fileOf(id) {
  return ([name, href]) => [element("a", { id: `${id}-${name}`, href }, name), " "];
}

function isRunning({ state }) {
  return state === "queued" || state === "working";
}
