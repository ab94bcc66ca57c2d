// A form is sent once: of a second click, the answer would be that of a change on an old version.
const sent = new WeakSet();

addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return; // scripts of the page see to their own
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
});
// A page that the browser brings back from memory is as good as new.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
