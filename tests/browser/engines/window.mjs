// What the tests ask of a window, whatever browser it belongs to. Each engine's driver implements:
//
//   open(address)             goes there; back when the page's load event has fired
//   evaluate(f, ...values)    runs a function in the page, awaits its promise; JSON goes in and comes out
//   click(selector)           presses the first element that fits, where a pointer would
//   press(key)                presses and releases a key: a character, or a name of `KEYS`
//   choose(selector, path)    gives a file to a file input
//   complaints()              what the pages have complained about so far: uncaught errors, console.error
//
// and each `start...` answers `{ window, close }`.

/** Keys without a character of their own, as WebDriver writes them. */
export const KEYS = {
  ArrowLeft: "\uE012",
  ArrowRight: "\uE014",
  Enter: "\uE006",
  Escape: "\uE00C",
  Space: " ",
  Tab: "\uE004",
};

/** One press of `key` as WebDriver's actions, classic and BiDi. */
export function keyActions(key) {
  const value = KEYS[key] ?? key;
  return [{ type: "key", id: "keyboard", actions: [{ type: "keyDown", value }, { type: "keyUp", value }] }];
}

/** The text of a function that takes `f`'s arguments as one JSON text and answers a promise of JSON. */
export function inJson(f) {
  return `async (values) => JSON.stringify(await (${f})(...JSON.parse(values)))`;
}
