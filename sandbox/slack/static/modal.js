// Modals, on the browser's own <dialog>: focus stays inside, Escape closes.

import { renderBlocks } from "./blocks.js";
import { h, post } from "./dom.js";

/** The one modal that is on the screen, kept as the state wants it. */
export class Modal {
  #dialog = null;
  #shown = "";
  #view = null;
  #entered = {};
  #context = null;

  /** Show the view that the state holds, or nothing. What is being typed is kept. */
  show(view, context) {
    this.#context = context;
    const signature = view ? JSON.stringify([view.id, view.hash, view.errors, context.me]) : "";
    if (signature === this.#shown) return;
    this.#shown = signature;
    if (!view) {
      this.#close();
      return;
    }
    const same = this.#view && this.#view.id === view.id;
    this.#entered = same ? { ...view.entered, ...this.#entered } : structuredClone(view.entered);
    this.#view = view;
    this.#draw();
  }

  #draw() {
    const view = this.#view;
    const active = document.activeElement?.id;
    const title = view.title.text;
    const content = [
      h(
        "header",
        {},
        h("img", { src: "/static/icon.svg", alt: "", width: "28", height: "28" }),
        h("h2", { id: "modal-title" }, title),
        h("button", { type: "button", class: "icon", "aria-label": "Close", onclick: () => this.cancel() }, "✕"),
      ),
      h(
        "div",
        { class: "modal-body", tabindex: "-1" },
        view.errors[""] && h("p", { class: "field-error", role: "alert" }, view.errors[""]),
        renderBlocks(view.blocks, this.#context, this.#surface()),
      ),
      h(
        "footer",
        {},
        h("button", { type: "button", class: "button", onclick: () => this.cancel() }, view.close?.text || "Cancel"),
        view.submit && h("button", { type: "submit", class: "button primary" }, view.submit.text),
      ),
    ];
    if (!this.#dialog) this.#open();
    this.#dialog.firstElementChild.replaceChildren(...content.filter(Boolean));
    this.#focus(active);
  }

  #open() {
    const form = h("form", { novalidate: true, onsubmit: (event) => this.#submit(event) });
    this.#dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title" }, form);
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.cancel();
    });
    document.body.append(this.#dialog);
    this.#dialog.showModal();
  }

  #focus(active) {
    const wrong = this.#dialog.querySelector(".invalid input, .invalid textarea, .invalid select");
    const first = this.#dialog.querySelector(".modal-body input, .modal-body textarea, .modal-body select");
    const again = active && this.#dialog.querySelector(`#${CSS.escape(active)}`);
    (wrong || again || first || this.#dialog.querySelector(".modal-body")).focus();
  }

  #surface() {
    return {
      errors: this.#view.errors,
      entered: (block, element) => this.#entered[block.block_id]?.[element.action_id],
      enter: (block, element, value) => {
        this.#entered[block.block_id] = { ...this.#entered[block.block_id], [element.action_id]: value };
      },
      press: (element, block, value) =>
        post("/sandbox/click", {
          user: this.#context.me,
          view_id: this.#view.id,
          action_id: element.action_id,
          block_id: block.block_id,
          value,
          values: this.#entered,
        }),
    };
  }

  async #submit(event) {
    event.preventDefault();
    this.#shown = null;
    const submit = this.#dialog.querySelector("button[type=submit]");
    submit?.classList.add("busy");
    const body = { user: this.#context.me, view_id: this.#view.id, values: this.#entered };
    await post("/sandbox/submit", body);
    submit?.classList.remove("busy");
  }

  /** Close it, if one is open, without submitting. */
  cancel() {
    if (!this.#view) return;
    post("/sandbox/close_view", { user: this.#context.me, view_id: this.#view.id });
  }

  #close() {
    this.#dialog?.close();
    this.#dialog?.remove();
    this.#dialog = null;
    this.#view = null;
    this.#entered = {};
  }
}
