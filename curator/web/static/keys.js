// Single keys by their place on the keyboard (`event.code`): with the Hangul input method on, `event.key` is
// another letter, "Process" or nothing at all.

const WRITING = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable]";
const SETTLING_MILLISECONDS = 400;

export function label(code) {
  const arrows = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" };
  return arrows[code] ?? code.replace(/^Key/, "");
}

// Returns the labels of the keys by name. `doing` has a function for each name, and for help, enter, escape
// and number; `isBlocked` says when only help works.
export function listen(keys, doing, isBlocked) {
  const names = Object.fromEntries(Object.entries(keys).map(([name, code]) => [code, name]));
  const down = new Set();
  let composing = false;
  let focusedAt = 0;

  function act(event) {
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) return doing.help();
    if (isBlocked()) return false;
    if (event.code === "Escape") return doing.escape();
    if (event.shiftKey) return digit ? doing.draw(Number(digit[1])) : false;
    if (event.code === "Enter" && !names.Enter) return doing.enter();
    if (digit) return doing.number(Number(digit[1]));
    return names[event.code] ? doing[names[event.code]]() : false;
  }

  function isForUs(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return false;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.matches(WRITING)) return event.code === "Escape" && !event.isComposing && !composing;
    // Enter and Space press the button or open the link that has the focus.
    return !(["Enter", "Space"].includes(event.code) && target.closest("button, a, summary"));
  }

  addEventListener("compositionstart", () => { composing = true; }, true);
  addEventListener("compositionend", () => { composing = false; }, true);
  addEventListener("focus", (event) => { if (event.target === window) focusedAt = performance.now(); });
  addEventListener("keydown", (event) => {
    down.add(event.code);
    if (isForUs(event) && act(event) !== false) event.preventDefault();
  }, true);
  // Some input methods on Linux swallow the press and let the release through.
  addEventListener("keyup", (event) => {
    const wasPressed = down.delete(event.code);
    const isSettled = performance.now() - focusedAt > SETTLING_MILLISECONDS;
    if (!wasPressed && isSettled && isForUs(event) && act(event) !== false) event.preventDefault();
  }, true);
  // Enter while a syllable is composed ends the syllable, not the form.
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
  }, true);
  addEventListener("blur", () => down.clear());
  return Object.fromEntries(Object.entries(keys).map(([name, code]) => [name, label(code)]));
}
