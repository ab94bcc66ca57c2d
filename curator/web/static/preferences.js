// A key field takes the key that is pressed in it, by its place on the keyboard.
for (const field of document.querySelectorAll("input.key")) {
  field.addEventListener("keydown", (event) => {
    if (["Tab", "Escape"].includes(event.code) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (!/^(Shift|Control|Alt|Meta|CapsLock|Lang|Hangul)/.test(event.code)) field.value = event.code;
  });
}
