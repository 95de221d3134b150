// The page: who one acts as, what is open, and one stream of what that person sees.

import { drawComposer } from "./composer.js";
import { h, post, reconcile } from "./dom.js";
import { avatar, drawHome, drawMessages } from "./messages.js";
import { Modal } from "./modal.js";
import { DnsPanel, EngagePanel } from "./panels.js";

const $ = (id) => document.getElementById(id);
const HOME = "home";

const modal = new Modal();
const panels = { dns: new DnsPanel(), engage: new EngagePanel() };
const open = { me: sessionStorage.getItem("me") || "alex", place: null, thread: null, panel: null };
const seen = new Map();
let state = null;
let stream = null;

function listen() {
  stream?.close();
  stream = new EventSource(`/sandbox/stream?user=${encodeURIComponent(open.me)}`);
  stream.onmessage = (event) => {
    state = JSON.parse(event.data);
    draw();
  };
  stream.onerror = () => {
    $("status").textContent = "The sandbox has stopped";
    $("status").className = "off";
  };
}

function actAs(id) {
  open.me = id;
  // Nobody types as somebody else while the new person's screen is on its way.
  for (const composer of [$("composer"), $("reply-composer")]) {
    composer.replaceChildren();
    delete composer.dataset.key;
  }
  sessionStorage.setItem("me", id);
  listen();
}

function openChannel(id) {
  if (open.place !== id) open.thread = null;
  open.place = id;
  closeMenu();
  draw();
  $("messages").scrollTop = $("messages").scrollHeight;
}

// Whoever has just been chosen opens it, even while their screen is on its way.
function openHome() {
  open.place = HOME;
  open.thread = null;
  closeMenu();
  draw();
  post("/sandbox/open_home", { user: open.me });
}

function openThread(channel, ts) {
  open.place = channel;
  open.thread = ts;
  if (innerWidth < 1200) closePanel();
  draw();
  $("replies").scrollTop = $("replies").scrollHeight;
  $("thread").querySelector("textarea")?.focus({ preventScroll: true });
}

function openPanel(name) {
  const again = open.panel === name;
  closePanel();
  closeMenu();
  if (again) return;
  open.panel = name;
  $("panel").hidden = false;
  $("panel-title").textContent = panels[name].title;
  // A place of its own: the other panel, which still gets news, draws over nobody.
  const place = h("div", {});
  $("panel-body").replaceChildren(place);
  panels[name].open(place);
  draw();
}

function closePanel() {
  open.panel = null;
  $("panel").hidden = true;
  if (state) draw();
}

function closeMenu() {
  document.body.classList.remove("menu-open");
  $("menu").setAttribute("aria-expanded", "false");
}

/** Follow a permalink or another link. */
function follow(url) {
  const found = /\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?thread_ts=([\d.]+))?/.exec(url);
  if (!found || !url.startsWith(location.origin)) {
    window.open(url, "_blank", "noopener");
    return;
  }
  const [, channel, seconds, fraction, thread] = found;
  const ts = `${seconds}.${fraction}`;
  const there = state.channels.find((each) => each.id === channel);
  if (!there) return;
  modal.cancel();
  const hasReplies = there.messages.some((each) => each.thread_ts === ts);
  if (thread || hasReplies) openThread(channel, thread || ts);
  else openChannel(channel);
  const target = document.querySelector(`[data-ts="${ts}"]`);
  target?.scrollIntoView({ block: "center" });
  target?.classList.add("pointed-at");
}

function context(channel) {
  const locale = state.users[state.me].locale;
  return { ...state, me: state.me, channel, locale, openChannel, openThread, follow };
}

// -- drawing ----------------------------------------------------------------------------------------------------

function draw() {
  if (!state) return;
  if (!open.place) open.place = state.channels.find((each) => each.name === "it-dns")?.id || state.channels[0].id;
  const channel = state.channels.find((each) => each.id === open.place);
  if (open.place !== HOME && !channel) {
    open.place = state.channels[0].id;
    open.thread = null;
    draw();
    return;
  }
  drawStatus();
  drawSidebar();
  drawMain(channel);
  drawThread(channel);
  modal.show(state.view, context(channel));
  const files = state.channels.flatMap((each) => each.messages).flatMap((each) => each.files);
  const newest = new Map(files.filter((file) => file.name.endsWith(".zone.txt")).map((file) => [file.name, file]));
  panels.dns.files([...newest.values()]);
}

function drawStatus() {
  $("notes").textContent = state.notes.join(" ");
  $("status").textContent = state.connected ? "App connected" : "App not connected";
  $("status").className = state.connected ? "on" : "off";
  $("shell").className = [open.thread ? "with-thread" : "", open.panel ? "with-panel" : ""].join(" ");
}

function entry(label, { current, onclick, badge, lead, note, pressed }) {
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: badge ? "unread" : "",
        "aria-current": current ? "page" : null,
        "aria-pressed": pressed === undefined ? null : String(pressed),
        onclick,
      },
      lead,
      h("span", { class: "label" }, label, note && h("small", {}, note)),
      badge && h("span", { class: "dot" }, h("span", { class: "visually-hidden" }, "unread")),
    ),
  );
}

function drawSidebar() {
  const mark = (text) => h("span", { class: "mark", "aria-hidden": "true" }, text);
  const list = (id, items) => {
    const makers = new Map(items.map((item) => [item.key, item.make]));
    const keyed = items.map((item) => [item.key, item.shown]);
    reconcile($(id), keyed, (_, key) => makers.get(key)());
  };
  const people = Object.values(state.users).filter((each) => each.can_act);
  list("people", people.map((each) => {
    const pressed = each.id === state.me;
    const lead = () => avatar(each, "small");
    return {
      key: each.id,
      shown: [each, pressed],
      make: () => entry(each.real_name, { lead: lead(), note: each.title, pressed, onclick: () => actAs(each.id) }),
    };
  }));
  const place = (each, label, sign) => {
    const current = open.place === each.id;
    const badge = !current && isUnread(each);
    return {
      key: each.id,
      shown: [label, current, badge, sign],
      make: () => entry(label, { lead: mark(sign), current, badge, onclick: () => openChannel(each.id) }),
    };
  };
  list("channels", state.channels.filter((each) => !each.is_im).map((each) => place(each, each.name, each.is_private ? "🔒" : "#")));
  const home = open.place === HOME;
  list("apps", [
    { key: HOME, shown: home, make: () => entry("Home", { lead: mark("⌂"), current: home, onclick: openHome }) },
    ...state.channels.filter((each) => each.is_im).map((each) => place(each, "Messages", "✉")),
  ]);
  const tool = (key, label, sign) => {
    const pressed = open.panel === key;
    return { key, shown: pressed, make: () => entry(label, { lead: mark(sign), pressed, onclick: () => openPanel(key) }) };
  };
  list("tools", [tool("dns", "At the DNS provider", "⚙"), tool("engage", "At Engage", "☁")]);
}

function isUnread(channel) {
  const key = `${state.me} ${channel.id}`;
  const last = channel.messages.at(-1);
  if (open.place === channel.id || !seen.has(key)) seen.set(key, Number(last?.ts || 0));
  return Number(last?.ts || 0) > seen.get(key) && last.user !== state.me;
}

function drawMain(channel) {
  const home = open.place === HOME;
  $("home").hidden = !home;
  $("messages").hidden = $("composer").hidden = home;
  if (home) {
    $("main-title").textContent = "Engage Domain";
    $("topic").textContent = "App Home";
    drawHome($("home"), state.home, context(null));
    return;
  }
  seen.set(`${state.me} ${channel.id}`, Number(channel.messages.at(-1)?.ts || 0));
  $("main-title").textContent = channel.is_im ? "Engage Domain" : `${channel.is_private ? "🔒 " : "#"}${channel.name}`;
  $("topic").textContent = channel.is_im ? "Direct messages" : `${channel.topic} · ${channel.members} members`;
  const top = channel.messages.filter((each) => !each.thread_ts || each.broadcast);
  drawMessages($("messages"), top, context(channel), false);
  $("messages").classList.toggle("nothing", top.length === 0);
  drawComposer($("composer"), { ...state, channel });
}

function drawThread(channel) {
  const thread = channel && open.thread;
  $("thread").hidden = !thread;
  if (!thread) return;
  const messages = channel.messages.filter((each) => each.ts === open.thread || each.thread_ts === open.thread);
  drawMessages($("replies"), messages, context(channel), true);
  drawComposer($("reply-composer"), { ...state, channel, thread: open.thread });
}

// -- starting ---------------------------------------------------------------------------------------------------

$("menu").addEventListener("click", () => {
  const now = document.body.classList.toggle("menu-open");
  $("menu").setAttribute("aria-expanded", String(now));
});
$("close-thread").addEventListener("click", () => {
  open.thread = null;
  draw();
});
$("close-panel").addEventListener("click", closePanel);
addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenu();
});
if (location.pathname.startsWith("/archives/")) {
  const address = location.href;
  const wait = setInterval(() => {
    if (!state) return;
    clearInterval(wait);
    history.replaceState(null, "", "/");
    follow(address);
  }, 50);
}
listen();
