import { describe, expect, it } from "vitest";
import { endBeforeLoop } from "./loops";

const HANDBOOK = import.meta.glob<string>("../../../../../samples/handbook/*.md", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** What stays of an answer to which the model adds a character at a time, or null where it was let go on. */
function kept(text: string): string | null {
  for (let length = 1; length <= text.length; length++) {
    const end = endBeforeLoop(text.slice(0, length));
    if (end !== null) return text.slice(0, end).trimEnd();
  }
  return null;
}

const SENTENCE = "연차 휴가는 1년에 열다섯 날입니다. ";

describe("a loop ends behind the first of its repetitions", () => {
  it.each([
    ["from the first word", SENTENCE.repeat(9), SENTENCE],
    ["with citations", "연차는 1년에 열다섯 날까지 씁니다. [1] ".repeat(7), "연차는 1년에 열다섯 날까지 씁니다. [1] "],
    ["after an answer", `네, 있습니다. ${SENTENCE.repeat(9)}`, `네, 있습니다. ${SENTENCE}`],
    ["after a sentence that ends alike", `반차는 네 시간입니다. [2] ${"연차는 해마다 열다섯 날입니다. [2] ".repeat(7)}`, "반차는 네 시간입니다. [2] 연차는 해마다 열다섯 날입니다. [2] "],
    ["of several sentences", "The office is open. You may ask there [1].\n".repeat(8), "The office is open. You may ask there [1].\n"],
    ["without a sentence's end", "and then again and so on ".repeat(8), "and then again and so on "],
    ["of few letters", `그렇습니다. ${"하하".repeat(80)}`, `그렇습니다. ${"하".repeat(20)}`],
    ["after a list", `- 연차\n- 병가\n\n${SENTENCE.repeat(9)}`, `- 연차\n- 병가\n\n${SENTENCE}`],
    ["after code", `\`\`\`\nx = 1\n\`\`\`\n${SENTENCE.repeat(9)}`, `\`\`\`\nx = 1\n\`\`\`\n${SENTENCE}`],
    ["of letters of two units", `${"𠀀𠀁𠀂𠀃𠀄𠀅𠀆𠀇𠀈𠀉".repeat(7)}`, "𠀀𠀁𠀂𠀃𠀄𠀅𠀆𠀇𠀈𠀉"],
    ["behind a letter that is alike by half", `𠀋${"𡀋가나다라마바사아자차카타파하거너더러머버".repeat(7)}`, "𠀋𡀋가나다라마바사아자차카타파하거너더러머버"],
  ])("%s", (_, text, start) => {
    expect(kept(text)).toBe(start.trimEnd());
  });
});

describe("is no loop:", () => {
  it.each([
    ["five times", SENTENCE.repeat(5)],
    ["less than twenty characters six times", "열아홉 자를 여섯 번. ".repeat(6)],
    ["rows of a table", `| 이름 | 부서 | 자리 |\n|---|---|---|\n${"| 미정 | 인사 부서 | 본관 이층 창가 |\n".repeat(12)}`],
    ["a table's rule", `| a | b |\n${"|--------------------".repeat(12)}|\n`],
    ["items", "- 확인이 아직 끝나지 않은 항목입니다.\n".repeat(12)],
    ["numbered items with one number", "1. 확인이 아직 끝나지 않은 항목입니다.\n".repeat(12)],
    ["tasks", "* [ ] this one is not done yet at all\n".repeat(12)],
    ["quotations", "> the same line, and the same again\n".repeat(12)],
    ["code between fences", `\`\`\`text\n${"the same line of a program\n".repeat(12)}`],
    ["code that is indented", "예:\n\n    the same line of a program\n".repeat(12)],
    ["code without a fence", "print the_value of this(one) and that\n".repeat(12)],
    ["a statement", "counter = counter plus one more\n".repeat(12)],
    ["digits", `1/7 = 0.${"142857".repeat(60)}`],
    ["numbers", "0.25, 0.50, 0.75, 1.00, ".repeat(12)],
    ["a rule", "-".repeat(400)],
    ["blanks", " ".repeat(400)],
    ["nothing", ""],
  ])("%s", (_, text) => {
    expect(kept(text)).toBeNull();
  });

  it.each(Object.entries(HANDBOOK))("%s", (_, text) => {
    expect(text.length).toBeGreaterThan(200);
    expect(kept(text)).toBeNull();
  });
});

it("is found in a long answer at once", () => {
  const long = Array.from({ length: 4_000 }, (_, n) => `문장 ${n}입니다. `).join("");
  const text = long + SENTENCE.repeat(6);
  expect(text.slice(0, endBeforeLoop(text) ?? 0).trimEnd().slice(long.length)).toBe(SENTENCE.trimEnd());
});
