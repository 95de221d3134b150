// The dialog that asks before something is done.

import { h } from "./dom.js";
import { textObject } from "./text.js";

/** Ask before something is done; resolves to true or false. */
export function confirmation(confirm, context) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { class: "confirm", "aria-labelledby": "confirm-title", onclose: () => done() },
      h("h2", { id: "confirm-title" }, textObject(confirm.title, context)),
      h("p", {}, textObject(confirm.text, context)),
      h(
        "footer",
        {},
        h("button", { type: "button", class: "button", onclick: () => dialog.close("no") }, confirm.deny.text),
        h(
          "button",
          {
            type: "button",
            class: `button ${confirm.style === "danger" ? "danger solid" : "primary"}`,
            onclick: () => dialog.close("yes"),
          },
          confirm.confirm.text,
        ),
      ),
    );
    const done = () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    };
    document.body.append(dialog);
    dialog.showModal();
  });
}
