import { bigramOf } from "./characters";
import { Reader } from "./coding";
import { type Lexicon, readLexicon } from "./lexicon";
import { Postings } from "./postings";
import { type Passage, SearchFault } from "./types";

/** `index.json` as `compile/search/exporting.py` writes it. */
interface Index {
  readonly format: string;
  readonly version: number;
  readonly passages: number;
  readonly tokens: number;
  readonly block: number;
  readonly settings: { readonly k1: number; readonly b: number; readonly asking: readonly string[] };
  readonly steps: readonly (readonly number[])[];
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/** Gives a file of the exported folder; `fresh`: not from a cache. Throws SearchFault "download". */
export type ReadBytes = (name: string, fresh: boolean) => Promise<Uint8Array<ArrayBuffer>>;

const FORMAT = "malmoi-search";
const VERSION = 1;
const KEPT_BLOCKS = 256;

/** An exported index, of which blocks of passages are read when they are wanted. */
export class Exported {
  private readonly blocks = new Map<number, Promise<Passage[]>>();

  private constructor(
    private readonly read: ReadBytes,
    private readonly index: Index,
    readonly lexicon: Lexicon,
    readonly postings: Postings,
    /** Tokens of each passage. */
    readonly lengths: readonly number[],
  ) {}

  static async open(read: ReadBytes): Promise<Exported> {
    try {
      return await Exported.from(read, false);
    } catch (error) {
      if (!(error instanceof SearchFault) || error.code === "download") throw error;
      // A cache may hold the index of an older bundle, whose files are gone.
      return Exported.from(read, true);
    }
  }

  private static async from(read: ReadBytes, fresh: boolean): Promise<Exported> {
    const index = checked(await read("index.json", fresh));
    const [terms, postings] = await Promise.all(["terms.bin", "postings.bin"].map((name) => verified(read, index, name)));
    try {
      const reader = new Reader(terms!);
      const morphemes = reader.words();
      let code = 0;
      const pairs = reader.varints(reader.varint()).map((gap) => bigramOf((code += gap)));
      const lexicon = readLexicon(reader, morphemes, index.steps);
      const lengths = reader.varints(index.passages);
      if (!reader.isDone) throw new RangeError("the file goes on");
      return new Exported(read, index, lexicon, new Postings(postings!, morphemes, pairs, index.passages), lengths);
    } catch (error) {
      throw error instanceof RangeError ? new SearchFault("damaged", error.message) : error;
    }
  }

  get passages(): number {
    return this.index.passages;
  }

  get tokens(): number {
    return this.index.tokens;
  }

  get settings(): Index["settings"] {
    return this.index.settings;
  }

  async passage(number: number): Promise<Passage> {
    const block = Math.floor(number / this.index.block);
    const passage = (await this.block(block))[number % this.index.block];
    if (passage === undefined) throw new SearchFault("damaged", `there is no passage ${number}`);
    return passage;
  }

  private block(number: number): Promise<Passage[]> {
    const kept = this.blocks.get(number);
    // Taken out and put back: the first of a Map is then the one that was longest not asked for.
    this.blocks.delete(number);
    const block = kept ?? this.load(number);
    this.blocks.set(number, block);
    if (this.blocks.size > KEPT_BLOCKS) this.blocks.delete(this.blocks.keys().next().value!);
    return block;
  }

  private async load(number: number): Promise<Passage[]> {
    try {
      const name = `passages/${String(number).padStart(5, "0")}.json`;
      const rows = JSON.parse(new TextDecoder().decode(await verified(this.read, this.index, name))) as Omit<Passage, "own">[];
      return rows.map((row) => ({ ...row, own: false }));
    } catch (error) {
      // The next question tries again.
      this.blocks.delete(number);
      throw error;
    }
  }
}

function checked(content: Uint8Array): Index {
  let index: Index;
  try {
    index = JSON.parse(new TextDecoder().decode(content)) as Index;
  } catch {
    throw new SearchFault("damaged", "index.json is no JSON");
  }
  if (index?.format !== FORMAT) throw new SearchFault("damaged", "index.json is not of a search index");
  if (index.version !== VERSION) {
    throw new SearchFault("version", `the index has version ${index.version}, this page reads ${VERSION}`);
  }
  return index;
}

/** A file that is what the index says; a cache may hold an older one, so a wrong one is asked for again. */
async function verified(read: ReadBytes, index: Index, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const told = index.files[name];
  if (told === undefined) throw new SearchFault("damaged", `index.json does not name ${name}`);
  for (const fresh of [false, true]) {
    const content = await read(name, fresh);
    if (content.length === told.bytes && (await isHash(content, told.sha256))) return content;
  }
  throw new SearchFault("damaged", `${name} is not the file that index.json names`);
}

async function isHash(content: Uint8Array<ArrayBuffer>, sha256: string): Promise<boolean> {
  // Outside of https and localhost there is no crypto.subtle; the size has to do.
  if (globalThis.crypto?.subtle === undefined) return true;
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}
