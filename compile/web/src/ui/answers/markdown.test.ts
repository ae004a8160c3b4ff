import { describe, expect, test } from "vitest";
import { renderBlocks } from "./markdown";

// The renderer alone must be safe; the sanitiser behind it is a second wall.
const render = (text: string, passages = 2): string =>
  renderBlocks(text, { passages, label: (n) => `open ${n}` })
    .map((block) => block.html)
    .join("");

describe("what a model writes", () => {
  test.each([
    ["<img src=x onerror=alert(1)>", /<img/],
    ["a <script>alert(1)</script> b", /<script/],
    ["![logo](https://example.com/a.png)", /<img|src=/],
    ["[go](javascript:alert(1))", /<a|javascript:/],
    ["[go](data:text/html,x)", /<a /],
    ['<a href="https://example.com" style="x">y</a>', /<a /],
  ])("%s cannot act", (text, forbidden) => {
    expect(render(text)).not.toMatch(forbidden);
  });

  test("a link says where it leads and opens without a trace", () => {
    const html = render("[회사](https://example.com/a?b=1)");
    expect(html).toContain('rel="noopener noreferrer"');
    expect(html).toContain('target="_blank"');
    expect(html).toContain("(example.com)");
  });

  test("code stays as it is", () => {
    expect(render("```\nif (a < b) { [1] }\n```")).toContain("if (a &#60; b) { [1] }");
    expect(render("`[1]`")).not.toContain("cite");
  });
});

describe("citations", () => {
  test("within the given passages are buttons", () => {
    expect(render("15일입니다. [1][2]").match(/<button/g)).toHaveLength(2);
    expect(render("15일입니다. [1, 2]")).toContain('data-passage="2" aria-label="open 2"');
  });

  test.each(["[3]", "[0]", "[1, 3]", "[참고]"])("%s is text", (text) => {
    expect(render(`답. ${text}`)).toContain(text);
    expect(render(`답. ${text}`)).not.toContain("<button");
  });

  test("without passages are text", () => {
    expect(render("답. [1]", 0)).not.toContain("<button");
  });
});

test("a growing answer changes its last block alone", () => {
  const before = renderBlocks("첫 문단.\n\n- 하나\n- 둘", { passages: 0, label: String });
  const after = renderBlocks("첫 문단.\n\n- 하나\n- 둘\n\n끝", { passages: 0, label: String });
  expect(after[0]).toEqual(before[0]);
  expect(after).toHaveLength(before.length + 1);
});
