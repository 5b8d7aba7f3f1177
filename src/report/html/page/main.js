// Shows the report in the file.

import { append } from "./dom.js";
import { page } from "./page.js";

append(document.getElementById("page"), page(JSON.parse(document.getElementById("data").textContent)).nodes);
document.documentElement.dataset.ready = "yes";
