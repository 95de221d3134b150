// What happens outside Slack: IT at the DNS provider, and the Engage API's good and bad days.

import { h, post } from "./dom.js";

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
  #spoilt = "";
  #chosen = new Map();

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
    const known = this.#state.slips_known;
    const labels = Object.fromEntries(known.map((slip) => [slip.slip, slip.label]));
    const groups = [...new Set(known.map((slip) => slip.group))];
    const made = this.#state.slips.map((slip) => h("li", {}, h("span", {}, h("b", {}, labels[slip.slip]), h("small", {}, slip.domain))));
    if (!domains.includes(this.#spoilt)) this.#spoilt = domains[0];
    const choose = (event) => (this.#spoilt = event.target.value);
    const select = h("select", { "aria-label": "Domain to spoil", "data-focus": "slip-domain", onchange: choose },
      domains.map((domain) => h("option", { value: domain, selected: domain === this.#spoilt }, domain)));
    return h(
      "section",
      {},
      h("h3", {}, "Spoil something"),
      select,
      h("div", { class: "slips" }, groups.map((group) => this.#slipGroup(group, known.filter((slip) => slip.group === group)))),
      made.length > 0 && h("ul", { class: "rows" }, made),
      made.length > 0 && this.#button("Mend everything", "mend", () => this.#do("mend", {}, "All slips are mended."), "primary"),
    );
  }

  #slipGroup(group, slips) {
    const choose = (event) => this.#chosen.set(group, event.target.value);
    const options = slips.map((slip) =>
      h("option", { value: slip.slip, selected: slip.slip === this.#chosen.get(group) }, slip.label));
    const select = h("select", { "aria-label": `Slip: ${group}`, "data-focus": `slip-${group}`, onchange: choose }, options);
    const spoil = () => {
      const [slip, domain] = [select.value, this.#spoilt];
      const { label } = slips.find((each) => each.slip === slip);
      this.#do("slips", { slip, domain }, `${label}: done to ${domain}.`);
    };
    const button = h("button",
      { type: "button", class: "button", "data-focus": `spoil-${group}`, "aria-label": `Spoil: ${group}`, onclick: spoil }, "Spoil");
    return [h("span", { class: "slip-group" }, group), select, button];
  }

  #server() {
    const silent = this.#state.faults.some((fault) => fault.fault === "silent" && fault.name === null && fault.server !== "resolver");
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
