// Pause, stop, users and rate: what the control API of the run takes.

import { count, rate, several, significant, visible } from "./format.js";
import { h } from "./dom.js";

// How long a second click stops the run.
const SURE_MS = 5000;

export function steering() {
  const said = h("p", { class: "said", role: "alert" });
  const token = h("input", { type: "password", autocomplete: "off" });
  const tokenField = h("label", { class: "token", hidden: true }, "Token of the control API ", token);
  const rows = new Map();
  let status = null;

  async function send(path, change) {
    said.textContent = "";
    const headers = { "content-type": "application/json", ...(token.value && { authorization: `Bearer ${token.value}` }) };
    try {
      const response = await fetch(`v1/${path}`, { method: "PATCH", headers, body: JSON.stringify(change) });
      const answer = await response.json();
      if (response.ok) update(answer, true);
      else said.textContent = visible(answer.error);
      if (response.status === 401) tokenField.hidden = false;
    } catch {
      said.textContent = "The run does not answer.";
    }
  }

  const pause = h("button", { type: "button", class: "action", onclick: () => send("status", { paused: !status.paused }) }, "Pause");
  const stop = h("button", { type: "button", class: "action", onclick: () => {
    if (stop.dataset.sure) send("status", { stopped: true });
    ask(!stop.dataset.sure);
  } }, "Stop");
  const scenarios = h("ul", { class: "loads" });
  const element = h("div", { class: "steering", role: "group", "aria-label": "Control of the run", hidden: true },
    h("div", { class: "buttons" }, pause, stop, tokenField), said, scenarios);

  // The first click asks, the second one stops the run: it can't be started again.
  function ask(sure) {
    clearTimeout(ask.timer);
    if (sure) {
      stop.dataset.sure = "yes";
      ask.timer = setTimeout(() => ask(false), SURE_MS);
    } else {
      delete stop.dataset.sure;
    }
    stop.textContent = sure ? "Stop the run now?" : "Stop";
  }

  function row(scenario) {
    const isOpen = scenario.model === "open";
    const key = isOpen ? "rate" : "users";
    const number = h("input", { type: "number", min: isOpen ? "0.001" : "0", step: isOpen ? "any" : "1", required: true,
      "aria-label": isOpen ? `Arrivals per second of ${scenario.name}` : `Users of ${scenario.name}` });
    const now = h("span", { class: "load" });
    const give = (value) => send(`scenarios/${encodeURIComponent(scenario.name)}`, { [key]: value });
    const back = h("button", { type: "button", class: "quiet", onclick: () => give(null) }, "As scheduled");
    const form = h("form", { onsubmit: (event) => {
      event.preventDefault();
      give(Number(number.value));
    } }, h("b", {}, scenario.name), now, number, h("button", { class: "quiet" }, isOpen ? "Set rate" : "Set users"), back);
    scenarios.append(h("li", {}, form));
    return (next) => {
      now.textContent = isOpen ? `${rate(next.rate)}, ${several(next.users, "user")}` : several(next.users, "user");
      if (document.activeElement !== number && number.value === "") number.placeholder = isOpen ? significant(next.rate) : count(next.users);
      back.hidden = !next.changed;
    };
  }

  function update(next, allowed) {
    status = next;
    element.hidden = !allowed;
    pause.textContent = next.paused ? "Resume" : "Pause";
    pause.disabled = next.stopped;
    stop.disabled = next.stopped;
    for (const scenario of next.scenarios) {
      if (!rows.has(scenario.name)) rows.set(scenario.name, row(scenario));
      rows.get(scenario.name)(scenario);
    }
  }
  return { element, update };
}
