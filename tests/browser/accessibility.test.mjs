// Everyone: axe over every state of the page, in both colour schemes and at both sizes; zoom; targets; the visible focus.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { STATES, startStates } from "./states.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1440, height: 900 };
/** Half the desktop's pixels, each twice as large: a zoom of 200 %. */
const ZOOMED = { width: 720, height: 450 };
/** What WCAG 2.2 asks for (1.4.10): 1280 pixels at 400 %. */
const NARROWEST = { width: 320, height: 256 };

describe("everyone", () => {
  let states;
  before(async () => {
    states = await startStates();
  });
  after(() => states?.close());

  const inState = (name, colorScheme, body) =>
    states.show(name, { viewport: DESKTOP, reducedMotion: "reduce", colorScheme }, body);

  for (const name of Object.keys(STATES)) {
    // Each scheme has a window of its own: Chromium forgets to compute some inherited colours anew when it changes.
    for (const scheme of ["light", "dark"]) {
      test(`${name}, ${scheme}: axe finds nothing wrong, nothing scrolls sideways, every target has 24 px or more`, () =>
        inState(name, scheme, async (page) => {
          for (const viewport of [DESKTOP, PHONE]) {
            await page.page.setViewportSize(viewport);
            await page.settles();
            assert.deepEqual(await violations(page.page), [], `${viewport.width} px wide`);
          }
          for (const viewport of [DESKTOP, PHONE, ZOOMED, NARROWEST]) {
            await page.page.setViewportSize(viewport);
            await page.settles();
            const { beyond, small } = await page.page.evaluate(measure);
            assert.deepEqual(beyond, [], `beyond the edge at ${viewport.width} px`);
            assert.deepEqual(small, [], `smaller than 24 px at ${viewport.width} px`);
          }
        }));
    }
  }

  test("the keyboard goes through the whole visit, and the focus can always be seen", () =>
    inState("answered", "light", async (page) => {
      const seen = [];
      for (let presses = 0; presses < 200; presses++) {
        await page.page.keyboard.press("Tab");
        const focus = await page.page.evaluate(focusShown);
        if (focus.id === "body" || seen.some(({ id }) => id === focus.id)) break;
        seen.push(focus);
      }
      assert.ok(seen.length > 20, `${seen.length} stops`);
      assert.deepEqual(seen.filter(({ shown, inView }) => !shown || !inView).map(({ html }) => html), []);
      const missed = await page.page.evaluate(
        (reached) => [...document.querySelectorAll("button, a[href], input, summary, [tabindex='0']")]
          .filter((element) => element.checkVisibility() && !element.disabled && element.tabIndex >= 0)
          .map((element) => element.outerHTML.slice(0, 120))
          .filter((html) => !reached.includes(html)),
        seen.map(({ html }) => html),
      );
      assert.deepEqual(missed, [], "everything that can be pressed can be reached");
    }));
});

/** What axe objects to: the rule, the element, and what would help. */
async function violations(page) {
  await page.evaluate(`${AXE}; undefined`);
  const options = {
    runOnly: RULES,
    resultTypes: ["violations"],
    // An experiment of axe's, which takes words in neighbouring elements for one word.
    rules: { "label-content-name-mismatch": { enabled: false } },
  };
  const found = await page.evaluate((options) => axe.run(document, options), options);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary.replaceAll(/\s+/g, " ")}`),
  );
}

/** What sticks out of the window sideways, and which targets are too small (WCAG 2.2, 2.5.8). */
function measure() {
  const describe = (element) => `${element.outerHTML.slice(0, 100)} ${JSON.stringify(element.getBoundingClientRect())}`;
  const page = document.documentElement;
  // Rows that scroll by themselves may be longer than the window; what they hold is theirs.
  const own = (element) => element === document.body || (getComputedStyle(element).overflowX === "visible" && own(element.parentElement));
  const beyond = [...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > page.clientWidth + 0.5)
    .filter((element) => page.scrollWidth > page.clientWidth && own(element.parentElement))
    .map(describe);
  const small = [...document.querySelectorAll("button, a[href], input, select, summary, [tabindex='0']")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    // A link within a sentence is as high as its line.
    .filter((element) => getComputedStyle(element).display !== "inline")
    .filter((element) => {
      const { width, height } = (element.closest("label") ?? element).getBoundingClientRect();
      // What only assistive technology sees has no target; its label has.
      // A sum of fractions of pixels may round down.
      return width > 1 && height > 1 && Math.min(width, height) < 23.999;
    })
    .map(describe);
  return { beyond, small };
}

/** The focused element, whether having the focus changes how it is outlined, and whether it is in the window. */
function focusShown() {
  const element = document.activeElement;
  if (!element || element === document.body) return { id: "body" };
  const { width, height, top, bottom } = element.getBoundingClientRect();
  // A hidden input's label, or a picture inside a button, may carry the mark.
  const marks = [element, element.closest("label"), ...element.children].filter(Boolean);
  const drawn = () =>
    marks.map((mark) => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(mark);
      return outlineStyle === "none" ? boxShadow : `${boxShadow} ${outlineWidth} ${outlineColor}`;
    });
  const focused = drawn();
  // The next Tab goes on from here all the same.
  element.blur();
  const blurred = drawn();
  return {
    id: [...document.querySelectorAll("*")].indexOf(element),
    html: element.outerHTML.slice(0, 120),
    shown: focused.some((mark, n) => mark !== blurred[n]),
    inView: width > 0 && height > 0 && bottom > 0 && top < innerHeight,
  };
}
