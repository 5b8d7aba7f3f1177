// The page of a run in progress: it takes a message a second, and becomes the report when the run has ended.

import { visible } from "./format.js";
import { append, button, download, h } from "./dom.js";
import { forgetCharts } from "./chart.js";
import { page } from "./page.js";
import { merged } from "./merge.js";
import { progress } from "./progress.js";
import { steering } from "./controls.js";

const TITLES = { preparing: "Starting", running: "Running", paused: "Paused", finishing: "Finishing", stopping: "Stopping" };
// The server says something every five seconds; a connection that is silent for longer is dead, as after a sleep.
const SILENT_MS = 15000;
// A browser opens only six connections to a server: so many hidden tabs keep theirs, the others wait until they are shown.
const HIDDEN_TABS = 3;

function live(place, given) {
  const state = { id: "", timeline: null, report: null, status: null, source: null, heard: 0, drawn: null, isDue: false, ended: false, release: null };
  const [now, steer] = [progress(), steering()];
  const link = h("span", { class: "link", role: "status" });
  const below = h("section", { class: "now", "aria-label": "The run now" }, now.element, steer.element);
  // Tabs without a connection learn of the end from those that have one.
  const others = new BroadcastChannel(`loadagent ${given.run_id}`);
  others.addEventListener("message", (event) => end(event.data));
  const waiting = h("p", { class: "sentence" }, "Waiting for the first second of the load.");
  append(place, [h("main", {}, h("section", { class: "verdict" }, h("p", { class: "run" }, h("b", {}, given.profile_name)), h("h1", {}, "Starting"), waiting, link))]);

  function open() {
    close();
    state.heard = performance.now();
    const source = new EventSource(`events?after=${encodeURIComponent(state.id)}`);
    source.addEventListener("interval", take);
    source.addEventListener("end", (event) => {
      others.postMessage(event.data);
      end(event.data);
    });
    source.addEventListener("alive", hear);
    source.addEventListener("error", () => { link.textContent = "Connection lost; trying again."; });
    state.source = source;
  }

  function close() {
    state.source?.close();
    state.source = null;
  }

  function hear() {
    state.heard = performance.now();
    link.textContent = "";
  }

  function take(event) {
    hear();
    const { run_id: run, at, timeline, report, status, controls } = JSON.parse(event.data);
    if (run !== given.run_id) {
      // Another run took the port.
      location.reload();
      return;
    }
    state.id = event.lastEventId;
    state.timeline = merged(state.timeline, at, timeline);
    state.report = report ?? state.report;
    [state.status, state.controls] = [status, controls];
    if (state.isDue) return;
    state.isDue = true;
    requestAnimationFrame(draw);
  }

  function draw() {
    state.isDue = false;
    if (!state.report || state.ended) return;
    const { report, timeline, status } = state;
    const title = TITLES[status.status] ?? "Running";
    const data = { ...report, live: true, timeline, headline: { ...report.headline, title } };
    document.title = `${title}: ${visible(given.profile_name)}, run ${visible(given.run_id)}`;
    now.update(status);
    steer.update(status, state.controls);
    if (state.drawn) {
      state.drawn.update(data);
    } else {
      state.drawn = page(data, { below, beside: link });
      place.replaceChildren(...state.drawn.nodes);
    }
  }

  function end(text) {
    if (state.ended) return;
    state.ended = true;
    close();
    clearInterval(state.watch);
    const report = JSON.parse(text);
    // The data of the file that is saved.
    document.getElementById("data").textContent = text.replaceAll("<", "\\u003c");
    const save = button("Save this report", null, () => download(`${report.summary.loadagent.run_id}.html`, "text/html", savedFile()));
    const over = h("section", { class: "now over", "aria-label": "The end of the run" }, h("p", { role: "status" }, "The run has ended; this is its report."), save);
    const from = window.scrollY;
    forgetCharts();
    place.replaceChildren(...page(report, { below: over }).nodes);
    window.scrollTo(0, from);
    document.title = `${report.headline.title}: ${visible(given.profile_name)}, run ${visible(given.run_id)}`;
    document.documentElement.dataset.ended = "yes";
  }

  // Whether this tab has one of the places of hidden tabs; it keeps it until it is shown.
  function takePlace(number) {
    return new Promise((done) => {
      navigator.locks.request(`${others.name} ${number}`, { ifAvailable: true }, (lock) => {
        done(lock !== null);
        return lock && new Promise((release) => { state.release = release; });
      });
    });
  }

  async function settle() {
    if (state.ended) return;
    state.release?.();
    state.release = null;
    // Without locks, on a page that is not of this machine, a hidden tab is as any other.
    let isKept = !document.hidden || !navigator.locks;
    for (let number = 0; number < HIDDEN_TABS && !isKept; number += 1) isKept = await takePlace(number);
    if (!isKept && document.hidden) close();
    else if (!state.source && !state.ended) open();
  }

  document.addEventListener("visibilitychange", settle);
  state.watch = setInterval(() => {
    if (state.source && (performance.now() - state.heard > SILENT_MS || state.source.readyState === EventSource.CLOSED)) open();
  }, 3000);
  settle();
}

// The page as a file of its own, which connects to nothing.
function savedFile() {
  const copy = document.documentElement.cloneNode(true);
  copy.querySelector("#page").replaceChildren();
  const policy = copy.querySelector("meta[http-equiv]");
  policy.setAttribute("content", policy.getAttribute("content").replace("; connect-src 'self'", ""));
  return `<!doctype html>\n${copy.outerHTML}`;
}

const given = JSON.parse(document.getElementById("data").textContent);
if (given.live) live(document.getElementById("page"), given);
else append(document.getElementById("page"), page(given).nodes);
document.documentElement.dataset.ready = "yes";
