// The queue in the browser: keys, the next group loaded ahead, decisions sent while the reviewer reads on.
import { listen } from "./keys.js";
import { post, part } from "./server.js";

const stage = document.getElementById("stage");
const texts = JSON.parse(document.getElementById("words").content.textContent);
const help = document.getElementById("help");
const passed = []; // groups before this one, for the way back
let ahead = null; // promise of the part of the page with the next group
let unsent = Promise.resolve(); // decisions go out one after another, in the order they were made
let closeLoaded = Promise.resolve(); // the words beside the group
let leaseEnds = 0;
let newestLease = ""; // when the last lease that this page took ends, by the server's clock
let leaving = null; // the card that makes place for the next one, which is on its way
const changing = new WeakSet(); // cards and forms of which a change is on its way: another would be on an old version
let mode = null; // "canonical" or "split": what the next number is for
let scoresHidden = null;

const card = () => document.getElementById("card");
const groupOf = (element) => element?.dataset.group ?? "";

function say(text, kind = "", link = null) {
  const line = document.createElement("p");
  line.className = `message ${kind}`;
  line.textContent = text;
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.href;
    if (link.href === stage.dataset.login) anchor.target = "_blank"; // this page has what is to be sent still
    anchor.textContent = link.text;
    line.append(" ", anchor);
  }
  document.getElementById("messages").replaceChildren(line);
}

function hush() {
  const error = document.querySelector("#messages .error");
  if (!error) document.getElementById("messages").replaceChildren();
}

// -- What is on the screen -------------------------------------------------------------------------------

function put(html, { focus = true } = {}) {
  stage.innerHTML = html;
  dress();
  if (focus) card().focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

function dress() {
  mode = null;
  const now = card();
  if (scoresHidden !== null) now.classList.toggle("blind", scoresHidden);
  for (const button of now.querySelectorAll("[data-key]")) {
    const label = document.createElement("kbd");
    label.textContent = labels[button.dataset.key] ?? "";
    label.setAttribute("aria-hidden", "true");
    button.append(label);
  }
  leaseEnds = now.dataset.lease ? Date.now() + 1000 * Number(now.dataset.lease) : 0;
  took(now.dataset.leaseEnd);
  showLease();
  const page = new URL(stage.dataset.page, location.href);
  if (groupOf(now)) page.searchParams.set("group", groupOf(now));
  history.replaceState(null, "", page);
  const close = now.querySelector("#close");
  closeLoaded = close ? part(close.dataset.url).then((html) => { close.innerHTML = html; }, failed) : Promise.resolve();
}

function loadAhead() {
  const address = new URL(stage.dataset.next, location.href);
  const now = card();
  if (!groupOf(now)) return;
  address.searchParams.set("after", now.dataset.cursor);
  address.searchParams.append("hold", groupOf(now));
  ahead = part(address).catch((error) => { ahead = null; throw error; });
  ahead.then((html) => took(parsed(html)?.dataset.leaseEnd), () => {});
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html").getElementById("card");
}

async function advance() {
  const now = card();
  if (!groupOf(now) || leaving === now) return;
  passed.push(groupOf(now));
  if (!ahead) loadAhead();
  const coming = ahead;
  ahead = null;
  leaving = now;
  try {
    const html = await coming;
    if (card() !== now) { ahead ??= coming; return; } // somewhere else was gone to meanwhile
    put(html);
    loadAhead();
  } catch (error) { passed.pop(); failed(error); } finally { leaving = null; }
}

async function show(group, { keepAhead = false } = {}) {
  try {
    const html = await part(stage.dataset.one.replace("/0", `/${group}`));
    const typed = groupOf(card()) === String(group) ? card().querySelector("textarea")?.value : "";
    put(html);
    if (typed) card().querySelector("textarea").value = typed;
    if (!keepAhead) loadAhead();
  } catch (error) { failed(error); }
}

async function goBack() {
  const group = passed.pop();
  if (group === undefined) return say(texts.first);
  await unsent;
  await show(group);
}

function failed(error) {
  if (error.isSessionOver) return say(texts.expired, "error", { href: stage.dataset.login, text: texts.login });
  say(error.canPass ? texts.offline : error.message, "error");
}

// -- Changes ---------------------------------------------------------------------------------------------

// An operation keeps its name when it is sent again, so that it is stored once.
function send(address, fields, group) {
  fields.set("operation", fields.get("operation") || crypto.randomUUID());
  const attempt = async (wait) => {
    try {
      return await post(address, fields);
    } catch (error) {
      if (!error.canPass) throw error;
      failed(error);
      await new Promise((resolve) => setTimeout(resolve, wait));
      const answer = await attempt(Math.min(2 * wait, 15000));
      say(texts.sent);
      return answer;
    }
  };
  const result = unsent.then(() => attempt(1000));
  unsent = result.catch((error) => {
    if (error.conflict) say(error.message, "error", { href: error.conflict, text: texts.conflict });
    else failed(error);
    if (group && !error.conflict) passed.push(group);
  });
  return result;
}

function submit(form) {
  if (form.dataset.change === "decide") return decide(form);
  return change(form.action, new FormData(form), form.dataset.change === "comment" ? form : card());
}

async function change(address, fields, changed) {
  if (changing.has(changed)) return;
  changing.add(changed);
  const group = groupOf(card());
  try {
    await send(address, fields);
    if (changed instanceof HTMLFormElement) changed.reset();
    await show(group, { keepAhead: true });
  } catch (error) { /* `send` has said so, and what was typed is still there */ }
  changing.delete(changed);
}

function decide(form) {
  const now = card();
  if (!changing.has(now)) {
    hush();
    changing.add(now);
    const comment = now.querySelector("form[data-change=comment]");
    // What stands in the box was meant to be kept, and the group leaves the screen.
    if (comment?.elements.text.value.trim() && !changing.has(comment)) {
      changing.add(comment);
      send(comment.action, new FormData(comment)).catch(() => changing.delete(comment));
    }
    send(form.action, new FormData(form)).catch(() => changing.delete(now));
  }
  return advance();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.change) {
    event.preventDefault();
    submit(form);
  } else if (form.dataset.search !== undefined) {
    event.preventDefault();
    search(form);
  }
});

async function search(form) {
  const close = form.closest("#close");
  const address = new URL(close.dataset.url, location.href);
  address.searchParams.set("search", form.elements.search.value);
  try {
    close.innerHTML = await part(address);
    close.querySelector("input[type=search]").focus();
  } catch (error) { failed(error); }
}

async function undo() {
  await unsent;
  try {
    const answer = await post(stage.dataset.undo, new FormData());
    const now = groupOf(card());
    say(texts.undone);
    const at = passed.lastIndexOf(String(answer.group_id));
    if (at >= 0) passed.splice(at, 1);
    if (now && now !== String(answer.group_id)) ahead = part(stage.dataset.one.replace("/0", `/${now}`));
    await show(String(answer.group_id), { keepAhead: true });
    if (!ahead) loadAhead();
  } catch (error) { failed(error); }
}

// -- Keys ------------------------------------------------------------------------------------------------

const members = () => [...card().querySelectorAll(".member")];
const press = (selector) => card().querySelector(selector)?.requestSubmit();

function setMode(name) {
  mode = mode === name ? null : name;
  members().forEach((member) => member.classList.remove("chosen"));
  if (mode) say(texts[mode]); else hush();
}

function number(position) {
  const member = members()[position - 1];
  if (!member) return;
  if (mode === "split") member.classList.toggle("chosen");
  else if (mode === "canonical") { setMode("canonical"); member.querySelector("form[data-change=rename]")?.requestSubmit(); }
  else member.querySelector("form[data-change=take-out]")?.requestSubmit();
}

function draw(position) {
  card().querySelectorAll("#close form[data-change=add]")[position - 1]?.requestSubmit();
}

function splitOff() {
  const chosen = members().filter((member) => member.classList.contains("chosen"));
  const fields = new FormData();
  fields.set("version", card().dataset.version);
  chosen.forEach((member) => fields.append("word_ids", member.dataset.word));
  change(`/groups/${groupOf(card())}/split`, fields, card());
}

const doing = {
  accept: () => press("form[data-change=decide]:has(.accept:enabled)"),
  reject: () => press("form[data-change=decide]:has(.reject:enabled)"),
  defer: () => press("form[data-change=decide]:has(.defer:enabled)"),
  undo, previous: goBack, next: advance,
  canonical: () => setMode("canonical"),
  split: () => setMode("split"),
  evidence: () => { const why = card().querySelector("#why"); if (why) why.open = !why.open; },
  neighbors: () => { closeLoaded.then(() => card().querySelector("#close input[type=search]")?.focus()); },
  comment: () => card().querySelector("textarea")?.focus(),
  scores: () => { scoresHidden = card().classList.toggle("blind"); },
  help: () => (help.open ? help.close() : help.showModal()),
  enter: () => { if (mode === "split") { splitOff(); return true; } return false; },
  escape: () => { if (mode) setMode(mode); else document.activeElement?.blur(); },
  number, draw,
};
const labels = listen(JSON.parse(document.getElementById("keys").content.textContent), doing, () => help.open);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.more) {
    const list = button.previousElementSibling;
    try { list.innerHTML = await part(button.dataset.more); button.remove(); } catch (error) { failed(error); }
  } else if (button.id === "open-help") doing.help();
  else if (button.type === "button" && doing[button.dataset.key]) doing[button.dataset.key]();
});

// -- Leases ----------------------------------------------------------------------------------------------

function showLease() {
  const line = document.getElementById("lease");
  const seconds = Math.round((leaseEnds - Date.now()) / 1000);
  if (!leaseEnds) { line.textContent = ""; return; }
  const time = `${Math.max(0, Math.floor(seconds / 60))}:${String(Math.max(0, seconds % 60)).padStart(2, "0")}`;
  line.textContent = texts.left.replace("{}", time);
  line.classList.toggle("soon", seconds < 60);
}

function took(end) {
  if (end && end > newestLease) newestLease = end; // times of one form and zone: their order is that of the text
}

async function heartbeat() {
  const group = groupOf(card());
  if (!group || document.hidden) return; // a page that nobody looks at lets its groups go
  const fields = new FormData();
  fields.append("hold", group);
  if (ahead) {
    const next = parsed(await ahead.catch(() => ""));
    if (groupOf(next)) fields.append("hold", groupOf(next));
  }
  try {
    const answer = await post(stage.dataset.heartbeat, fields);
    took(answer.expires_at);
    if (answer.expires_at) leaseEnds = Date.parse(answer.expires_at);
    else { leaseEnds = 0; say(texts.lost, "warning"); }
  } catch (error) { failed(error); }
}

setInterval(showLease, 1000);
setInterval(heartbeat, 60000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) heartbeat(); });
window.addEventListener("pagehide", () => {
  const fields = new FormData();
  fields.set("csrf_token", document.querySelector("meta[name=csrf-token]").content);
  fields.set("until", newestLease); // what a page after this one took is that page's
  if (newestLease) navigator.sendBeacon(stage.dataset.release, fields);
});

dress();
loadAhead();
// The page before this one may have had other groups, which its last heartbeat held on to.
(ahead ?? Promise.resolve()).then(heartbeat, () => {});
if (document.activeElement === document.body) card().focus({ preventScroll: true });
