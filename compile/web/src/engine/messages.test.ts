import { describe, expect, it } from "vitest";
import { asSent, shortened, withoutOldest, withSystem } from "./messages";
import type { ChatMessage } from "./types";

const system = (content: string): ChatMessage => ({ role: "system", content });
const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });

/** What web-llm 0.2.86 makes of a message (`conversation.ts`, getPromptArrayInternal). */
function written(message: ChatMessage, template: Record<string, string> | undefined): string {
  if (message.role === "system") return "<s>{system_message}</s>".replace("{system_message}", message.content);
  const form = template?.[message.role];
  if (form === undefined) return message.content;
  return form.replace(`{${message.role}_message}`, message.content).replace("{function_string}", "");
}

describe("what the model reads is what was said", () => {
  const sayings = [
    "5 $ und $$ und $$$",
    "$& $` $' $1 $<name>",
    "$$&$$'",
    "{function_string} of {function_string}",
    "값은 $$x$$ 입니다.",
    "{user_message} {system_message}",
  ];
  it.each(sayings)("%s", (said) => {
    expect(written(asSent([system(said)], false, {})[0]!, undefined)).toBe(`<s>${said}</s>`);
    for (const role_templates of [undefined, { user: "[{user_message}]", assistant: "{assistant_message}" }]) {
      const template = role_templates === undefined ? {} : { role_templates };
      const [question, answer] = asSent([user(said), assistant(said)], false, template);
      expect(written(question!, role_templates)).toBe(role_templates ? `[${said}]` : said);
      expect(written(answer!, role_templates)).toBe(said);
    }
  });
});

it("leaves an empty system message out, and one of blanks where blanks are removed", () => {
  expect(asSent([system(""), user("a ")], false, {})).toEqual([user("a ")]);
  expect(asSent([system(" \n"), user(" a ")], true, {})).toEqual([user("a")]);
  expect(asSent([system(" "), user("")], false, {})).toEqual([system(" "), user("")]);
});

it("has web-llm's system message where it has none of its own", () => {
  expect(withSystem([user("a")], "s")).toEqual([system("s"), user("a")]);
  expect(withSystem([system(""), user("a")], "s")).toEqual([system("s"), user("a")]);
  expect(withSystem([system("t"), user("a")], "s")).toEqual([system("t"), user("a")]);
  for (const unknown of ["", null]) expect(withSystem([system(""), user("a")], unknown)).toEqual([user("a")]);
});

describe("a conversation that is too long", () => {
  const talk = [system("s"), user("1"), assistant("1"), user("2"), assistant("2"), user("3")];
  const tokens = (): number => 10;

  it.each([
    [60, 0, talk],
    [59, 1, [talk[0], ...talk.slice(3)]],
    [40, 1, [talk[0], ...talk.slice(3)]],
    [39, 2, [talk[0], talk[5]]],
    [1, 2, [talk[0], talk[5]]],
  ])("in %i tokens loses %i turns", (room, dropped, messages) => {
    expect(shortened(talk, tokens, room)).toEqual({ messages, dropped });
  });

  it("begins with a question whatever stood first", () => {
    expect(withoutOldest([assistant("0"), user("1"), assistant("1"), user("2")])).toEqual([
      user("1"),
      assistant("1"),
      user("2"),
    ]);
    expect(withoutOldest([user("1"), user("2")])).toEqual([user("2")]);
    expect(withoutOldest([user("1")])).toBeNull();
    expect(withoutOldest([system("s"), user("1")])).toBeNull();
  });
});
