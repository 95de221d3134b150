// Slack's texts: mrkdwn, rich text, dates, emoji, mentions. Everything becomes nodes, nothing becomes markup.

import { h } from "./dom.js";

const DRAWN = new Set(["white_check_mark", "hourglass_flowing_sand", "warning", "x", "wrench"]);
const BEFORE = /[\s(){}[\]"'.,:;!?*_~\-–—|/]/;
const STYLED = { "*": "b", _: "i", "~": "s" };

function decoded(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

export function emoji(name, unicode) {
  if (DRAWN.has(name)) return h("img", { class: "emoji", src: `/static/emoji/${name}.svg`, alt: `:${name}:` });
  if (unicode) return String.fromCodePoint(...unicode.split("-").map((code) => parseInt(code, 16)));
  return `:${name}:`;
}

/** Format a moment as Slack's date tokens say, in the reader's language and the browser's time zone. */
export function date(seconds, format, locale) {
  const moment = new Date(seconds * 1000);
  const show = (options) => new Intl.DateTimeFormat(locale, options).format(moment);
  const number = (value) => String(value).padStart(2, "0");
  const long = { dateStyle: "long" };
  const short = { dateStyle: "medium" };
  const values = {
    date_num: `${moment.getFullYear()}-${number(moment.getMonth() + 1)}-${number(moment.getDate())}`,
    date: show(long),
    date_long: show({ dateStyle: "full" }),
    date_short: show(short),
    date_pretty: show(long),
    date_short_pretty: show(short),
    date_long_pretty: show({ dateStyle: "full" }),
    time: show({ timeStyle: "short" }),
    time_secs: show({ timeStyle: "medium" }),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function time(seconds, format, locale) {
  const moment = new Date(seconds * 1000);
  return h("time", { datetime: moment.toISOString(), title: moment.toUTCString() }, date(seconds, format, locale));
}

function link(url, label, context) {
  const here = url.startsWith(`${location.origin}/archives/`);
  const follow = (event) => {
    if (!here || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    context.follow(url);
  };
  const safe = /^(https?:|mailto:)/.test(url) ? url : null;
  const target = here ? {} : { target: "_blank", rel: "noopener noreferrer" };
  return h("a", { href: safe, onclick: follow, ...target }, label || url);
}

function person(id, context) {
  const found = context.users[id];
  return h("span", { class: "mention" }, `@${found ? found.name : id}`);
}

function channel(id, context) {
  const found = context.channels.find((each) => each.id === id);
  if (!found) return h("span", { class: "mention" }, "#private channel");
  return h("button", { type: "button", class: "mention", onclick: () => context.openChannel(id) }, `#${found.name}`);
}

/** Turn what stands between < and > into nodes. */
function token(inside, context) {
  const [target, label] = [inside.split("|")[0], inside.split("|").slice(1).join("|")];
  if (target.startsWith("@")) return person(target.slice(1), context);
  if (target.startsWith("#")) return channel(target.slice(1), context);
  if (target.startsWith("!date^")) {
    const [, seconds, format, url] = target.split("^");
    const shown = time(Number(seconds), decoded(format), context.locale);
    return url ? link(url, shown, context) : shown;
  }
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, `@${label || "group"}`);
  if (target.startsWith("!")) return h("span", { class: "mention shout" }, `@${target.slice(1)}`);
  return link(decoded(target), decoded(label), context);
}

function closing(text, start, mark) {
  for (let end = text.indexOf(mark, start + 2); end !== -1; end = text.indexOf(mark, end + 1)) {
    const inner = text.slice(start + 1, end);
    if (inner.includes("\n")) return -1;
    const after = text[end + 1];
    if (!/\s$/.test(inner) && (after === undefined || BEFORE.test(after) || after === "<")) return end;
  }
  return -1;
}

/** Turn one run of mrkdwn into nodes. Marks count only beside spaces and ASCII punctuation, as in Slack. */
function inline(text, context) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(decoded(plain));
    plain = "";
  };
  const add = (node) => {
    flush();
    nodes.push(node);
  };
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const mark = text[at];
    const opens = at === 0 || BEFORE.test(text[at - 1]) || text[at - 1] === ">";
    const end = opens && (mark === "`" || STYLED[mark]) && !/^.\s/.test(rest) ? closing(text, at, mark) : -1;
    const found = /^<([^<>\n]+)>/.exec(rest) || /^:([a-z0-9_+-]+):/.exec(rest);
    if (end !== -1) {
      const inner = text.slice(at + 1, end);
      add(mark === "`" ? h("code", {}, code(inner)) : h(STYLED[mark], {}, inline(inner, context)));
      at = end + 1;
    } else if (found && mark === "<") {
      add(token(found[1], context));
      at += found[0].length;
    } else if (found && DRAWN.has(found[1])) {
      add(emoji(found[1]));
      at += found[0].length;
    } else {
      plain += mark;
      at += 1;
    }
  }
  flush();
  return nodes;
}

function code(text) {
  return decoded(text.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, target, label) => label || target));
}

/** Turn mrkdwn into nodes, quotes and preformatted parts included. */
export function mrkdwn(text, context) {
  return text.split(/```\n?([\s\S]*?)```\n?/).flatMap((part, index) => {
    if (index % 2) return [h("pre", { tabindex: "0" }, code(part))];
    return part.split(/((?:^|\n)(?:&gt;.*(?:\n|$))+)/).flatMap((piece) => {
      if (!/^\n?&gt;/.test(piece)) return inline(piece, context);
      return [h("blockquote", {}, inline(piece.trim().replace(/^&gt; ?/gm, ""), context))];
    });
  });
}

/** Turn a text object into nodes. */
export function textObject(object, context) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, context);
  return object.text.split(/(:[a-z0-9_+-]+:)/).map((part) => {
    const name = part.slice(1, -1);
    return DRAWN.has(name) ? emoji(name) : part;
  });
}

const INLINE = {
  text: (element) => element.text,
  link: (element, context) => link(element.url, element.text, context),
  emoji: (element) => emoji(element.name, element.unicode),
  user: (element, context) => person(element.user_id, context),
  channel: (element, context) => channel(element.channel_id, context),
  usergroup: (element) => h("span", { class: "mention" }, `@${element.usergroup_id}`),
  broadcast: (element) => h("span", { class: "mention shout" }, `@${element.range}`),
  date: (element, context) => time(element.timestamp, element.format, context.locale),
};

function styled(element, context) {
  let node = INLINE[element.type](element, context);
  const style = element.style || {};
  for (const [name, tag] of [["code", "code"], ["strike", "s"], ["italic", "i"], ["bold", "b"], ["underline", "u"]]) {
    if (style[name]) node = h(tag, {}, node);
  }
  return node;
}

function rows(elements, context) {
  return elements.map((element) => styled(element, context));
}

function list(part, context) {
  const items = part.elements.map((item) => h("li", {}, rows(item.elements, context)));
  const start = part.offset ? String(part.offset + 1) : null;
  return h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent || 0}`, start }, items);
}

/** Turn the elements of a rich_text block into nodes. */
export function richText(block, context) {
  return block.elements.map((part) => {
    if (part.type === "rich_text_list") return list(part, context);
    if (part.type === "rich_text_preformatted") return h("pre", { tabindex: "0" }, rows(part.elements, context));
    if (part.type === "rich_text_quote") return h("blockquote", {}, rows(part.elements, context));
    return h("p", {}, rows(part.elements, context));
  });
}
