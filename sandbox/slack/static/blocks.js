// Block Kit: blocks and their elements. What was entered, and what a press does, are the surface's business:
// surface = {press(element, block, value), entered(block, element), enter(block, element, value), errors}.

import { confirmation } from "./confirm.js";
import { h } from "./dom.js";
import { richText, textObject } from "./text.js";

export function renderBlocks(blocks, context, surface) {
  return blocks.map((block) => BLOCKS[block.type](block, context, surface));
}

const BLOCKS = {
  header: (block, context) => h("h3", { class: "b-header" }, textObject(block.text, context)),
  divider: () => h("hr", { class: "b-divider" }),
  context: (block, context) =>
    h("div", { class: "b-context" }, block.elements.map((each) => h("span", {}, textObject(each, context)))),
  rich_text: (block, context) => h("div", { class: "b-rich" }, richText(block, context)),
  section,
  actions: (block, context, surface) =>
    h("div", { class: "b-actions" }, block.elements.map((each) => element(each, block, context, surface))),
  table,
  input,
};

function section(block, context, surface) {
  return h(
    "div",
    { class: "b-section" },
    h(
      "div",
      { class: "b-section-text" },
      block.text && h("p", {}, textObject(block.text, context)),
      block.fields &&
        h("div", { class: "b-fields" }, block.fields.map((each) => h("p", {}, textObject(each, context)))),
    ),
    block.accessory && h("div", { class: "b-accessory" }, element(block.accessory, block, context, surface)),
  );
}

function table(block, context) {
  const [head, ...body] = block.rows;
  const settings = block.column_settings || [];
  const cell = (tag) => (each, column) => {
    const setting = settings[column] || {};
    const classes = [setting.is_wrapped ? "wrapped" : "", `align-${setting.align || "left"}`].join(" ");
    const scope = tag === "th" ? "col" : null;
    return h(tag, { class: classes, scope }, each.type === "raw_text" ? each.text : richText(each, context));
  };
  return h(
    "div",
    { class: "b-table", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head.map(cell("th")))),
      h("tbody", {}, body.map((row) => h("tr", {}, row.map(cell("td"))))),
    ),
  );
}

function input(block, context, surface) {
  const grouped = ["radio_buttons", "checkboxes"].includes(block.element.type);
  const label = [block.label.text, block.optional && h("span", { class: "optional" }, " (optional)")];
  const hint = block.hint && h("p", { class: "hint", id: `hint-${block.block_id}` }, textObject(block.hint, context));
  const error = surface.errors[block.block_id];
  const alert = error && h("p", { class: "field-error", role: "alert", id: `error-${block.block_id}` }, error);
  const control = element(block.element, block, context, surface, block.label.text);
  const body = [control, alert, hint];
  const classes = error ? "b-input invalid" : "b-input";
  if (grouped) return h("fieldset", { class: classes, "data-block": block.block_id }, h("legend", {}, label), body);
  return h("div", { class: classes, "data-block": block.block_id }, h("label", { for: inputId(block) }, label), body);
}

function inputId(block) {
  return `input-${block.block_id}`;
}

function element(each, block, context, surface, label) {
  return ELEMENTS[each.type](each, block, context, surface, label);
}

const ELEMENTS = { button, plain_text_input: textInput, static_select: select, overflow: select, radio_buttons: radios, checkboxes };

/** Ask first where the element wants that, then press it. */
async function press(each, block, context, surface, value) {
  if (each.confirm && !(await confirmation(each.confirm, context))) return false;
  await surface.press(each, block, value);
  return true;
}

function button(each, block, context, surface) {
  const node = h(
    "button",
    {
      type: "button",
      class: `button ${each.style || ""}`,
      "data-action": each.action_id,
      "aria-label": each.accessibility_label,
      onclick: async () => {
        node.classList.add("busy");
        const pressed = press(each, block, context, surface);
        if (each.url) context.follow(each.url);
        await pressed;
        node.classList.remove("busy");
      },
    },
    textObject(each.text, context),
  );
  return node;
}

function described(block, surface) {
  const ids = [];
  if (surface.errors[block.block_id]) ids.push(`error-${block.block_id}`);
  if (block.hint) ids.push(`hint-${block.block_id}`);
  return ids.join(" ") || null;
}

function textInput(each, block, context, surface) {
  const node = h(each.multiline ? "textarea" : "input", {
    id: inputId(block),
    value: surface.entered(block, each) || "",
    placeholder: each.placeholder?.text,
    maxlength: each.max_length,
    autocomplete: "off",
    spellcheck: "false",
    required: !block.optional,
    "aria-describedby": described(block, surface),
    "aria-invalid": surface.errors[block.block_id] ? "true" : null,
    oninput: () => surface.enter(block, each, node.value),
  });
  return node;
}

function select(each, block, context, surface, label) {
  const chosen = surface.entered(block, each);
  const options = each.options.map((option) => h("option", { value: option.value }, option.text.text));
  const prompt = h("option", { value: "" }, each.placeholder?.text || "Choose an option");
  const node = h(
    "select",
    {
      id: block.type === "input" ? inputId(block) : null,
      "aria-label": block.type === "input" ? null : label || each.placeholder?.text || "Choose an option",
      "data-action": each.action_id,
      "aria-describedby": described(block, surface),
      onchange: () => {
        surface.enter(block, each, node.value);
        if (block.type !== "input") press(each, block, context, surface, node.value);
      },
    },
    chosen ? options : [prompt, options],
  );
  node.value = chosen || "";
  return node;
}

function choices(each, block, context, surface, kind, isChosen, changed) {
  return h(
    "div",
    { class: "choices", "aria-describedby": described(block, surface), role: kind === "radio" ? "radiogroup" : "group" },
    each.options.map((option) =>
      h(
        "label",
        { class: "choice" },
        h("input", {
          type: kind,
          name: `${block.block_id}-${each.action_id}`,
          value: option.value,
          checked: isChosen(option.value),
          onchange: (event) => changed(option.value, event.target.checked),
        }),
        h(
          "span",
          {},
          textObject(option.text, context),
          option.description && h("small", {}, textObject(option.description, context)),
        ),
      ),
    ),
  );
}

function radios(each, block, context, surface) {
  const changed = (value) => {
    surface.enter(block, each, value);
    if (block.type !== "input") press(each, block, context, surface, value);
  };
  return choices(each, block, context, surface, "radio", (value) => surface.entered(block, each) === value, changed);
}

function checkboxes(each, block, context, surface) {
  const chosen = () => surface.entered(block, each) || [];
  const changed = (value, checked) => {
    const others = chosen().filter((other) => other !== value);
    const now = checked ? [...others, value] : others;
    surface.enter(block, each, now);
    if (block.type !== "input") press(each, block, context, surface, now);
  };
  return choices(each, block, context, surface, "checkbox", (value) => chosen().includes(value), changed);
}
