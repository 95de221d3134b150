// What happens outside Slack: IT at the DNS provider, and the Engage API's good and bad days.

import { h, post } from "./dom.js";

const SLIPS = [
  ["truncate-dkim", "Cut the DKIM key at 255"],
  ["doubled-suffix", "Double a CNAME's suffix"],
  ["second-spf", "Add a second SPF"],
  ["wrong-mx", "Point the MX elsewhere"],
];
const MODES = [
  ["ok", "Works as it should"],
  ["slow", "Answers slowly"],
  ["rate_limited", "Asks for fewer requests"],
  ["down", "Is down"],
  ["refuse", "Refuses the domain"],
  ["no_records", "Makes no DNS records"],
  ["stall_events", "Stops sending events"],
];

async function neighbour(name, body) {
  if (body !== undefined) return post(`/sandbox/neighbours/${name}`, body);
  try {
    return await (await fetch(`/sandbox/neighbours/${name}`)).json();
  } catch (error) {
    return { error: error.message };
  }
}

const nameAndType = (record) => `${record.type} ${record.name}`;

/** The DNS provider's panel. `files` gives the zone files that the acting person sees in Slack. */
export class DnsPanel {
  title = "At the DNS provider";
  #state = null;
  #taken = [];
  #files = [];
  #told = "";

  async open(place) {
    this.place = place;
    this.#state = await neighbour("zones");
    this.draw();
  }

  /** Take in what is in Slack now. */
  files(files) {
    const same = JSON.stringify(files) === JSON.stringify(this.#files);
    this.#files = files;
    if (!same && this.place?.isConnected) this.draw();
  }

  async #do(name, body, told) {
    const answer = await neighbour(name, body);
    this.#told = answer.error ? `Not done: ${answer.error}` : told;
    if (!answer.error) this.#state = answer;
    this.draw();
  }

  draw() {
    const focus = document.activeElement?.dataset?.focus;
    const parts = [
      h("p", { class: "lead" }, "You are IT here. These buttons change the sandbox's name servers and nothing else."),
      h("p", { class: "told", role: "status" }, this.#told),
    ];
    if (!this.#state || this.#state.error) {
      parts.push(h("p", { class: "field-error" }, this.#state?.error || "Loading…"));
    } else {
      parts.push(this.#zoneFiles(), this.#records(), this.#slips(), this.#server());
    }
    this.place.replaceChildren(...parts.filter(Boolean));
    if (focus) this.place.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
  }

  #button(label, focus, act, style = "") {
    return h("button", { type: "button", class: `button ${style}`, "data-focus": focus, onclick: act }, label);
  }

  #zoneFiles() {
    const apply = (file) => () =>
      this.#do("apply", { text: file.content }, `${file.name}: applied. The records are published.`);
    const items = this.#files.map((file) =>
      h("li", {}, h("span", {}, h("b", {}, file.name.replace(/\.zone\.txt$/, "")), h("small", {}, file.title)),
        this.#button("Apply zone file", `apply-${file.id}`, apply(file), "primary")),
    );
    const none = h("p", { class: "empty" }, "No zone file has been posted yet. After a deploy it appears in the card's thread.");
    return h("section", {}, h("h3", {}, "Zone files from Slack"), items.length ? h("ul", { class: "rows" }, items) : none);
  }

  #published(zone) {
    return zone.servers.ns1.filter(
      (record) => record.type !== "SOA" && !(record.type === "NS" && record.name === zone.name),
    );
  }

  #records() {
    const zones = this.#state.zones.map((zone) => this.#zone(zone)).filter(Boolean);
    return zones.length > 0 && h("section", {}, h("h3", {}, "Published records"), zones);
  }

  #zone(zone) {
    const published = this.#published(zone);
    const here = new Set(published.map(nameAndType));
    const inZone = (record) => record.name === zone.name || record.name.endsWith(`.${zone.name}`);
    const away = this.#taken.filter((record) => inZone(record) && !here.has(nameAndType(record)));
    if (!published.length && !away.length) return null;
    const take = (record) => () => {
      this.#taken = [...this.#taken.filter((other) => nameAndType(other) !== nameAndType(record)), record];
      const { name, type } = record;
      this.#do("take-away", { name, type }, `${type} ${name}: taken away.`);
    };
    const giveBack = (record) => () => this.#do("put", record, `${record.type} ${record.name}: put back.`);
    return [
      h("h4", {}, `Zone ${zone.name}`),
      h(
        "ul",
        { class: "rows" },
        published.map((record) => this.#record(record, zone, "Take away", take(record))),
        away.map((record) => this.#record(record, zone, "Put back", giveBack(record))),
      ),
    ];
  }

  #record(record, zone, label, act) {
    const host = record.name === zone.name ? "@" : record.name.slice(0, -zone.name.length - 1);
    return h(
      "li",
      { class: label === "Put back" ? "taken" : "" },
      h(
        "span",
        { title: `${record.name}\n${record.values.join("\n")}` },
        h("span", { class: "type" }, record.type),
        h("b", {}, host),
        h("small", {}, record.values.join(" | ")),
      ),
      this.#button(label, `${record.type}-${record.name}`, act),
    );
  }

  #slips() {
    const domains = this.#files.map((file) => file.name.replace(/\.zone\.txt$/, ""));
    if (!this.#state.zones.length || !domains.length) return null;
    const select = h("select", { "aria-label": "Domain to spoil", "data-focus": "slip-domain" },
      domains.map((domain) => h("option", { value: domain }, domain)));
    const labels = Object.fromEntries(SLIPS);
    const made = [...new Set(this.#state.slips.map((slip) => `${labels[slip.slip]} (${slip.domain})`))];
    const spoil = ([slip, label]) =>
      this.#button(label, slip, () => this.#do("slips", { slip, domain: select.value }, `${label}: done to ${select.value}.`));
    return h(
      "section",
      {},
      h("h3", {}, "Spoil something"),
      select,
      h("div", { class: "b-actions" }, SLIPS.map(spoil)),
      made.length > 0 && h("p", { class: "hint" }, `Done: ${made.join(", ")}`),
      made.length > 0 && this.#button("Mend everything", "mend", () => this.#do("mend", {}, "All slips are mended.")),
    );
  }

  #server() {
    const silent = this.#state.faults.some((fault) => fault.fault === "silent");
    return h(
      "section",
      {},
      h("h3", {}, "Name servers"),
      h("p", {}, silent ? "They are silent: every query times out." : "They answer."),
      silent
        ? this.#button("Let them answer", "servers", () => this.#do("heal", {}, "The name servers answer again."), "primary")
        : this.#button("Silence the name servers", "servers", () =>
            this.#do("faults", { fault: "silent" }, "The name servers are silent.")),
    );
  }
}

/** The Engage API's panel. */
export class EngagePanel {
  title = "At Engage";
  #mode = "ok";
  #told = "";

  async open(place) {
    this.place = place;
    const found = await neighbour("engage-mode");
    if (found.fault) this.#mode = found.fault.mode;
    this.#told = found.error ? `Not running: ${found.error}` : "";
    this.draw();
  }

  files() {}

  draw() {
    const choose = async (mode, label) => {
      const answer = await neighbour("engage", { mode });
      if (answer.error) this.#told = `Not done: ${answer.error}`;
      else [this.#mode, this.#told] = [mode, `Engage: ${label.toLowerCase()}.`];
      this.draw();
      this.place.querySelector("input:checked")?.focus();
    };
    const choices = MODES.map(([mode, label]) =>
      h(
        "label",
        { class: "choice" },
        h("input", {
          type: "radio",
          name: "engage-mode",
          value: mode,
          checked: mode === this.#mode,
          onchange: () => choose(mode, label),
        }),
        h("span", {}, label),
      ),
    );
    this.place.replaceChildren(
      h("p", { class: "lead" }, "The stand-in for Treasure Data's Engage API. Give it a bad day:"),
      h("p", { class: "told", role: "status" }, this.#told),
      h("fieldset", { class: "b-input" }, h("legend", {}, "The Engage API…"), h("div", { class: "choices" }, choices)),
    );
  }
}
