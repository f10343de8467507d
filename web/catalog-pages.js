import { button, element, factList, say, swap, table, view } from "./dom.js";
import { at, count, named, percent } from "./words.js";

const REFRESH = 3000;
const STATUSES = ["pending", "correct", "incorrect_or_unsure", "duplicate", "removed"];
const VOTES = [
  ["QA", "who name", "qa"],
  ["Verdict", "", (vote) => named(vote.verdict) + (vote.isLate ? ", too late" : "")],
  ["When", "", (vote) => at(vote.at)],
];
const IMPORTS = [
  ["Manifest", "who", ({ id, manifest }) => link(`imports/${id}`, manifest.path)],
  ["State", "who", stateOf],
  ["Rows", "", "rows"],
  ["Bad", "", "rejected"],
  ["Accepted", "wide", "accepted"],
  ["Known before", "wide", "known"],
  ["Begun", "wide", (job) => at(job.created_at)],
];
const BAD_ROWS = [
  ["Row", "", "row"],
  ["What is wrong", "who", ({ message, text }) => element("span", {}, message, element("code", {}, text))],
];
const EXPORTS = [
  ["Decided", "who", ({ since, until }) => `${Date.parse(since) ? `${at(since)} to` : "Until"} ${at(until)}`],
  ["State", "", stateOf],
  ["Snapshots", "", "snapshots"],
  ["Size", "wide", (job) => `${(job.bytes / 1000).toFixed(1)} kB`],
  ["Files", "", filesOf],
];

export const PAGES = {
  products: (desk, id, status) => (id ? snapshotsPage(desk, status, id) : productsPage(desk)),
  snapshots: (desk, id) => (!id || STATUSES.includes(id) ? snapshotsPage(desk, id) : recordPage(desk, id)),
  imports: importsPage,
  exports: exportsPage,
};

async function productsPage(desk) {
  const { products, next } = await desk.list("/products");
  const cards = products.map(({ gtin, name, reference_url }) => card(`products/${gtin}`, reference_url, name, gtin));
  desk.show(...gallery(desk, cards, next));
}

/** The snapshots of a status or all, of a product or of all. */
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
  desk.show(head, element("nav", { "aria-label": "Status" }, ...tabs), ...gallery(desk, cards, next));
}

function headOf({ gtin, name, reference_url: url }) {
  const words = element("div", {}, element("h2", {}, name), `GTIN ${gtin}`);
  return element("div.bar", {}, frame(url, "Reference image"), words);
}

function gallery(desk, cards, next) {
  const shown = cards.length > 0 ? element("ul.gallery", {}, ...cards) : element("p.about", {}, "There are none.");
  return [shown, desk.pager(next)];
}

function card(page, url, title, text, kind = "") {
  const words = [element("strong", { class: kind }, title), element("span", {}, text)];
  return element("li", {}, link(page, frame(url, ""), ...words));
}

/** A picture that loads near the window, in a frame that keeps its size. */
function frame(url, alt) {
  const picture = url ? element("img", { src: url, alt, loading: "lazy", decoding: "async" }) : "No picture";
  return element("div.frame", {}, picture);
}

/** A snapshot: its picture beside its product's, the decision, the votes, whether its answer is known. */
async function recordPage(desk, id) {
  const { root, parts } = view("record");
  const path = `/snapshots/${id}`;
  let record = await desk.ask("GET", path);
  const product = await desk.ask("GET", `/products/${record.product}`).catch((error) => {
    if (error.status !== 404) throw error;
    return { name: "A deleted product" };
  });
  const buttons = parts.known.querySelectorAll("button");
  const draw = () => {
    const { votes = [], surplus_votes = [], known_answer } = record;
    parts.votes.replaceChildren(table(VOTES, [...votes, ...surplus_votes.map((vote) => ({ ...vote, isLate: true }))]));
    parts.facts.replaceChildren(...factList(factsOf(record)));
    for (const button of buttons) button.ariaPressed = String((known_answer ?? "") === button.value);
  };
  const answer = async ({ value }) => {
    const given = value ? ["PUT", { answer: value }] : ["DELETE"];
    record = { ...record, ...(await desk.ask(given[0], `${path}/answer`, given[1])) };
    draw();
  };
  for (const button of buttons) button.addEventListener("click", () => desk.attempt(() => answer(button)));
  parts.remove.addEventListener("click", () => remove(desk, path, "this snapshot"));
  parts.remove.hidden = record.removed_at;
  parts.known.hidden = !record.status || record.duplicate_of || (record.removed_at && !record.duplicates.length);
  parts.product.textContent = product.name;
  parts.product.href = `#catalog/products/${record.product}`;
  parts.snapshot.replaceWith(frame(record.image_url, "Snapshot"));
  parts.reference.replaceWith(frame(product.reference_url, "Reference image"));
  draw();
  desk.show(root);
}

function factsOf({ decision, errors, ...record }) {
  const { status, duplicate_of: original, duplicates = [], assetPath } = record;
  return [
    ["Snapshot", record.id],
    ["Status", named(status ?? `picture ${record.state}`)],
    ...Object.entries(errors).map(([what, wrong]) => [named(what), wrong.join(", ")]),
    ...(decision ? reasonsFor(decision) : []),
    ["Judged as", original && links([original])],
    ["Duplicates", duplicates.length > 0 && links(duplicates)],
    ["Filed", status && at(record.created_at)],
    ["Removed", record.removed_at && at(record.removed_at)],
    ["SHA-256", status && record.sha256],
    ["Source", `${assetPath.location}: ${assetPath.path}`],
  ];
}

function reasonsFor({ decided_at, policy, reason, confidence, majority, posterior, audit }) {
  return [
    ["Decided", `${at(decided_at)} by ${policy}, ${reason.replace("_", " ")}`],
    ["Confidence", percent(confidence)],
    ["Most votes", named(majority ?? "even")],
    ["Likelier", posterior && `${named(posterior.label)}, ${percent(posterior.confidence)}`],
    ["Audit", audit && `Fewer votes would have said: ${named(audit)}`],
  ];
}

function links(ids) {
  return inLine(ids.map((id) => link(`snapshots/${id}`, id)));
}

function inLine(nodes) {
  return element("span", {}, ...nodes.flatMap((node) => [node, " "]));
}

/** A link to a page; by its id it keeps the focus. */
function link(page, ...children) {
  return element("a", { id: page, href: `#catalog/${page}` }, ...children);
}

function importsPage(desk, id) {
  const path = `/imports/${id}`;
  const load = async () => {
    if (!id) return desk.list("/imports");
    const [job, { errors, next }] = await Promise.all([desk.ask("GET", path), desk.list(`${path}/errors`)]);
    return { imports: [job], errors, next };
  };
  jobsPage(desk, IMPORTS, load, id && button("Remove all it brought", () => remove(desk, path, "all it brought")));
}

/** Remove what came by mistake, once that is confirmed. */
function remove(desk, path, what) {
  if (!confirm(`Remove ${what} for good from reviews and exports?`)) return;
  desk.attempt(() => desk.ask("PUT", `${path}/removal`).then(() => desk.app.show()));
}

function exportsPage(desk) {
  let key = crypto.randomUUID();
  let begun = null;
  const begin = async () => {
    begun = (await desk.ask("POST", "/exports", {}, { "idempotency-key": key })).id;
    key = crypto.randomUUID(); // a repetition before is for the same export
    await desk.refresh();
  };
  const tool = desk.after ? "" : button("Export all decisions", () => desk.attempt(begin), "button.yes");
  const isMissing = (jobs) => begun !== null && !jobs.some(({ id }) => id === begun);
  jobsPage(desk, EXPORTS, () => desk.list("/exports"), tool, isMissing);
}

/** Show jobs as they go on, until all have ended and none is missing that was begun. */
function jobsPage(desk, columns, load, tool = "", isMissing = () => false) {
  const [place, status] = [element("div.stack"), element("p", { role: "status" })];
  desk.show(element("div.bar", {}, tool, status), place);
  const show = ({ imports, exports: jobs = imports, errors, next }) => {
    swap(place, table(columns, jobs), errors ? table(BAD_ROWS, errors) : "", desk.pager(next));
    const running = jobs.filter(isRunning).length;
    say(status, running > 0 ? `${running} running` : "Nothing is running.");
    return running > 0 || isMissing(jobs);
  };
  desk.watch(load, show, REFRESH);
}

function stateOf(job) {
  const words = named(job.state) + (job.error ? `: ${job.error}` : "");
  if (!isRunning(job) || !job.bytes_total) return words;
  const { accepted, removed, bytes_total: all, bytes_read: read } = job;
  const [way, max, value] = job.state === "removing" ? ["Removed", accepted, removed] : ["Bytes read", all, read];
  return element("span", {}, words, element("progress", { "aria-label": way, max, value }));
}

function filesOf({ id, files }) {
  return inLine(Object.entries(files ?? {}).map(([name, href]) => element("a", { id: `${id}-${name}`, href }, name)));
}

function isRunning({ state }) {
  return ["queued", "working", "removing"].includes(state);
}
