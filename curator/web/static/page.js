// Pages with one group or word: parts that are loaded on demand.
import { part } from "./server.js";

const close = document.getElementById("close");

async function load(address) { close.innerHTML = await part(address); }

if (close) load(close.dataset.url);

document.addEventListener("submit", async (event) => {
  if (event.target.dataset.search === undefined) return;
  event.preventDefault();
  const address = new URL(close.dataset.url, location.href);
  address.searchParams.set("search", event.target.elements.search.value);
  await load(address);
  close.querySelector("input[type=search]").focus();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-more]");
  if (!button) return;
  button.previousElementSibling.innerHTML = await part(button.dataset.more);
  button.remove();
});
