// Messages, as a channel, a thread or the App Home shows them.

import { renderBlocks } from "./blocks.js";
import { h, post, reconcile } from "./dom.js";
import { date, mrkdwn } from "./text.js";

/** A coloured square with somebody's initials; the app has its icon. */
export function avatar(user, size = "") {
  if (!user || user.is_bot) {
    const source = user ? "/static/icon.svg" : null;
    return source
      ? h("img", { class: `avatar ${size}`, src: source, alt: "" })
      : h("span", { class: `avatar slackbot ${size}`, "aria-hidden": "true" }, "S");
  }
  const initials = user.real_name.split(" ").map((word) => word[0]).join("");
  return h("span", { class: `avatar tone-${user.tone} ${size}`, "aria-hidden": "true" }, initials);
}

/** Draw messages into a list; keep to its end if it was there. */
export function drawMessages(list, messages, context, inThread) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const items = [];
  let day = "";
  for (const each of messages) {
    const its = date(Number(each.ts), "{date_long}", context.locale);
    if (its !== day && !inThread) items.push([`day-${its}`, { day: its, who: context.me }]);
    day = its;
    items.push([each.ts, { ...each, who: context.me, replied: inThread ? null : summary(each, context) }]);
  }
  reconcile(list, items, (item) =>
    item.day ? h("h2", { class: "day" }, h("span", {}, item.day)) : message(item, context, inThread),
  );
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function summary(each, context) {
  const replies = context.channel.messages.filter((other) => other.thread_ts === each.ts && !other.deleted);
  if (!replies.length) return null;
  return { count: replies.length, last: replies.at(-1).ts, users: [...new Set(replies.map((reply) => reply.user))] };
}

function message(item, context, inThread) {
  if (item.deleted) {
    return h("article", { class: "message gone" }, "This message was deleted.", replies(item, context));
  }
  const user = context.users[item.user];
  const name = item.slackbot ? "Slackbot" : user.real_name;
  const when = new Date(Number(item.ts) * 1000);
  return h(
    "article",
    { class: `message ${item.ephemeral ? "ephemeral" : ""}`, "data-ts": item.ts },
    avatar(user),
    h(
      "div",
      { class: "message-body" },
      item.ephemeral && h("p", { class: "only-you" }, "👁 Only visible to you"),
      item.broadcast && !inThread && broadcastLabel(item, context),
      h(
        "header",
        {},
        h("b", {}, name),
        (item.slackbot || user.is_bot) && h("span", { class: "badge" }, "APP"),
        h("time", { datetime: when.toISOString() }, date(Number(item.ts), "{time}", context.locale)),
      ),
      content(item, context),
      item.edited && !item.ephemeral && h("small", { class: "edited" }, "(edited)"),
      item.files.map((file) => fileCard(file)),
      replies(item, context),
    ),
    !inThread && !item.ephemeral && toolbar(item, context),
  );
}

function content(item, context) {
  if (!item.blocks.length) return item.text && h("p", { class: "plain" }, mrkdwn(item.text, context));
  return h("div", { class: "blocks" }, renderBlocks(item.blocks, context, surface(item, context)));
}

function surface(item, context) {
  const entered = {};
  return {
    errors: {},
    entered: (block, element) =>
      entered[element.action_id] ?? element.initial_option?.value ?? element.initial_options?.map((each) => each.value),
    enter: (block, element, value) => {
      entered[element.action_id] = value;
    },
    press: (element, block, value) =>
      post("/sandbox/click", {
        user: context.me,
        message: { channel: context.channel.id, ts: item.ts },
        action_id: element.action_id,
        block_id: block.block_id,
        value,
      }),
  };
}

function broadcastLabel(item, context) {
  const open = () => context.openThread(context.channel.id, item.thread_ts);
  return h("p", { class: "broadcast" }, "replied to a ", h("button", { type: "button", onclick: open }, "thread"));
}

function replies(item, context) {
  if (!item.replied) return null;
  const { count, last, users } = item.replied;
  return h(
    "button",
    { type: "button", class: "replies", onclick: () => context.openThread(context.channel.id, item.ts) },
    users.slice(0, 3).map((id) => avatar(context.users[id], "small")),
    h("b", {}, `${count} ${count === 1 ? "reply" : "replies"}`),
    h("span", {}, `Last reply ${date(Number(last), "{time}", context.locale)}`),
  );
}

function toolbar(item, context) {
  const root = item.thread_ts || item.ts;
  return h(
    "div",
    { class: "toolbar" },
    h(
      "button",
      { type: "button", "aria-label": "Reply in thread", onclick: () => context.openThread(context.channel.id, root) },
      "💬",
    ),
  );
}

function fileCard(file) {
  const lines = file.content.split("\n");
  const kind = file.snippet ? "Snippet" : "File";
  return h(
    "figure",
    { class: "file" },
    h(
      "figcaption",
      {},
      h("span", { class: "file-icon", "aria-hidden": "true" }, "≡"),
      h(
        "span",
        {},
        h("b", {}, file.title || file.name),
        h(
          "small",
          {},
          `${kind}, ${file.size} bytes · `,
          h("a", { href: `${file.url}?download=1`, download: file.name, "aria-label": `Download ${file.name}` }, "Download"),
        ),
      ),
    ),
    h(
      "details",
      {},
      h("summary", {}, h("pre", { class: "preview" }, lines.slice(0, 5).join("\n")), h("span", { class: "more" })),
      h("pre", { tabindex: "0" }, file.content),
    ),
  );
}

/** Draw the App Home. */
export function drawHome(place, home, context) {
  const key = JSON.stringify([home, context.me]);
  if (place.dataset.shown === key) return;
  place.dataset.shown = key;
  if (!home) {
    place.replaceChildren(h("p", { class: "empty" }, "The app has not published a Home for you yet."));
    return;
  }
  const press = (element, block, value) =>
    post("/sandbox/click", {
      user: context.me,
      view_id: home.id,
      action_id: element.action_id,
      block_id: block.block_id,
      value,
    });
  const entered = (block, element) => home.entered[block.block_id]?.[element.action_id];
  place.replaceChildren(...renderBlocks(home.blocks, context, { errors: {}, entered, enter: () => {}, press }));
}
