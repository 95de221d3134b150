// Where one types: plain messages, and slash commands with a hint.

import { h, post } from "./dom.js";

const COMMAND = "/engage-domain";
const VERBS = "create · deploy · records · verify · status · list · history · edit · cancel · remove · help";

/** Draw a composer, unless it is there already for the same user and place. */
export function drawComposer(place, { channel, me, users, thread }) {
  const key = [channel.id, me, thread || "", channel.is_member, channel.is_archived].join(" ");
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  if (!channel.is_member || channel.is_archived) {
    const why = channel.is_archived ? "This channel is archived." : "You can read this channel; only its members write here.";
    place.replaceChildren(h("p", { class: "read-only" }, why));
    return;
  }
  place.replaceChildren(composer(channel, me, users, thread));
}

function composer(channel, me, users, thread) {
  const name = channel.is_im ? "Engage Domain" : `#${channel.name}`;
  const label = thread ? "Reply…" : `Message ${name}, or type / for a command`;
  const hint = h("p", { class: "command-hint", hidden: true }, h("b", {}, COMMAND), " ", VERBS, h("kbd", {}, "Tab"));
  const area = h("textarea", { rows: "1", placeholder: label, "aria-label": label, spellcheck: "false" });
  const grow = () => {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 160)}px`;
    hint.hidden = !(area.value && (COMMAND.startsWith(area.value) || area.value === `${COMMAND} `));
  };
  const send = async () => {
    const text = area.value.trim();
    if (!text) return;
    area.value = "";
    grow();
    const answer = await post("/sandbox/command", { user: me, channel: channel.id, text, thread_ts: thread || null });
    if (!("ok" in answer)) area.value = text;
  };
  area.addEventListener("input", grow);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "Tab" && !hint.hidden && area.value !== `${COMMAND} `) {
      event.preventDefault();
      area.value = `${COMMAND} `;
      grow();
    }
  });
  return h(
    "form",
    {
      class: "composer",
      onsubmit: (event) => {
        event.preventDefault();
        send();
      },
    },
    hint,
    area,
    h(
      "div",
      { class: "composer-foot" },
      h("span", {}, `as ${users[me].real_name}`),
      h("button", { type: "submit", class: "send", "aria-label": "Send" }, "➤"),
    ),
  );
}
