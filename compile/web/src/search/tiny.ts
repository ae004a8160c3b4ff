/** A small exported index for tests, written as `compile/search/files.py` writes it. */
import { bigrams, readable } from "./characters";
import { CLASSES, EDGE, UNKNOWN } from "./lexicon";
import type { ReadBytes } from "./reader";

interface TinyPassage {
  readonly text: string;
  readonly morphemes: readonly string[];
  readonly title?: string;
}

interface TinyForm {
  readonly form: string;
  readonly kind: number;
  readonly terms?: readonly string[];
}

const encoder = new TextEncoder();

export const PASSAGES: readonly TinyPassage[] = [
  { title: "취업 규칙", text: "연차 휴가는 3년마다 하루씩 늘어난다.", morphemes: ["취업", "규칙", "연차", "휴가", "3", "년", "늘어나"] },
  { title: "주차 안내", text: "지하 2층에 주차한다.", morphemes: ["주차", "안내", "지하", "2", "층", "주차"] },
  { title: "휴가 안내", text: "휴가 신청은 팀장에게 한다.", morphemes: ["휴가", "안내", "휴가", "신청", "팀장"] },
];
const FORMS: readonly TinyForm[] = [
  { form: "는", kind: 3 },
  { form: "은", kind: 3 },
  { form: "에", kind: 3 },
  { form: "나요", kind: 4 },
  { form: "늘어난", kind: 2, terms: ["늘어나"] },
];

/** The files of the index by name; `words`: pieces that are looked up whole. */
export async function tinyFiles(
  words: Readonly<Record<string, readonly string[]>> = {},
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const fields = PASSAGES.map((one) => [...one.morphemes, ...bigrams(readable(`${one.title}\n${one.text}`))]);
  const terms = [...new Set(fields.flat())].sort();
  const morphemes = terms.filter((term) => !term.startsWith("_"));
  const pairs = terms.filter((term) => term.startsWith("_"));
  const numbers = (of: readonly string[]): number[] => [of.length, ...of.map((term) => morphemes.indexOf(term))];
  const codes = pairs.map((pair) => (pair.charCodeAt(1) - 0xac00) * 11_172 + pair.charCodeAt(2) - 0xac00);
  const groups = CLASSES.slice(0, UNKNOWN).map((group) => FORMS.filter((one) => one.kind === group).sort(byForm));
  const whole = Object.entries(words).sort();
  const files = new Map([
    [
      "terms.bin",
      bytes([
        ...front(morphemes),
        ...varints([codes.length, ...codes.map((code, at) => code - (codes[at - 1] ?? 0))]),
        ...varints(morphemes.map(() => 1)),
        ...varints(morphemes.map(() => 0)),
        ...groups.flatMap((group) => [
          ...front(group.map((one) => one.form)),
          ...varints(group.map(() => 1)),
          ...varints(group.flatMap((one) => (one.terms === undefined ? [] : numbers(one.terms)))),
        ]),
        ...front(whole.map(([word]) => word)),
        ...varints(whole.flatMap(([, of]) => numbers(of))),
        ...varints(fields.map((field) => field.length)),
      ]),
    ],
    ["postings.bin", bytes([...morphemes, ...pairs].flatMap((term) => postings(term, fields)))],
    [
      "passages/00000.json",
      bytes(
        encoder.encode(
          JSON.stringify(
            PASSAGES.map((one, at) => ({ id: `p${at}`, title: one.title, headings: [], text: one.text, source: "규정", page: null })),
          ),
        ),
      ),
    ],
  ]);
  await name(files, fields.flat().length);
  return files;
}

/** Write `index.json` for the files as they are now. */
export async function name(files: Map<string, Uint8Array<ArrayBuffer>>, tokens: number, version = 1): Promise<void> {
  files.delete("index.json");
  const told: Record<string, unknown> = {};
  for (const [file, content] of files) {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
    told[file] = { bytes: content.length, sha256: Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("") };
  }
  const index = {
    format: "malmoi-search",
    version,
    passages: PASSAGES.length,
    tokens,
    block: 64,
    settings: { k1: 0.9, b: 0.4, asking: ["무엇", "어떻"] },
    // A word begins with a noun, goes on with a particle or ends; everything else is dear.
    steps: CLASSES.map((before) =>
      CLASSES.map((after) => ((before === EDGE && after === 0) || after === EDGE || after === 3 || before === after ? 0.5 : 2)),
    ),
    files: told,
  };
  files.set("index.json", bytes(encoder.encode(JSON.stringify(index))));
}

export function reading(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): ReadBytes {
  return async (file) => {
    const content = files.get(file);
    if (content === undefined) throw new Error(`${file} is not there`);
    return content;
  };
}

function bytes(content: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(content);
}

function varints(values: readonly number[]): number[] {
  return values.flatMap((value) => {
    const found: number[] = [];
    for (; value >= 0x80; value = Math.floor(value / 128)) found.push((value % 128) + 128);
    return [...found, value];
  });
}

function front(words: readonly string[]): number[] {
  // No beginning is shared: the reader takes that as well, and Python's writer has tests of its own.
  const rest = encoder.encode(words.join("\n"));
  return [...varints([words.length, ...words.map(() => 0), rest.length]), ...rest];
}

function postings(term: string, fields: readonly (readonly string[])[]): number[] {
  const rows: number[] = [];
  let before = -1;
  let count = 0;
  fields.forEach((field, at) => {
    const times = field.filter((one) => one === term).length;
    if (times === 0) return;
    const gap = (at - before - 1) * 2;
    rows.push(...(times === 1 ? [gap] : [gap + 1, times - 2]));
    before = at;
    count += 1;
  });
  return varints([count, ...rows]);
}

function byForm(one: TinyForm, other: TinyForm): number {
  return one.form < other.form ? -1 : 1;
}
