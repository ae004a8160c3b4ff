// Starts and stops the local Slack; what became of it is the page, read again.

import { post } from "/static/api.js";

const REST_MS = 1500;
const box = document.getElementById("slack");

async function act(path) {
  document.getElementById("starting").hidden = false;
  for (const button of box.querySelectorAll("button")) button.disabled = true;
  await post(path).catch(() => null);
  location.reload();
}

document.getElementById("start")?.addEventListener("submit", (event) => {
  event.preventDefault();
  act(`/slack/start?index=${encodeURIComponent(event.target.elements.index.value)}`);
});
for (const button of box.querySelectorAll("[data-post]")) button.addEventListener("click", () => act(button.dataset.post));
if (box.dataset.state === "starting") setTimeout(() => location.reload(), REST_MS);
