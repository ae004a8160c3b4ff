import { inverseFrequency } from "./arithmetic";
import { Scores } from "./bm25";
import { coverage, questionTerms } from "./coverage";
import { EMPTY } from "./lexicon";
import { type OwnPassage, ownPassages, searchedText } from "./own";
import { Exported, type ReadBytes } from "./reader";
import { Tokeniser } from "./tokeniser";
import type { OwnDocument, SearchHit } from "./types";

/**
 * Of a search without a bundle: ranking as in `rag/settings.py`, and how words begin that ask. No lexicon
 * is there to cut them, and a word stands for its first two syllables (`questionTerms`).
 */
const ASKING =
  "무엇 무슨 뭔가 뭐야 뭐예 어떻 어떤 어느 언제 어디 누구 누가 얼마 며칠 혹시 알려 가르 말해 궁금 설명 찾아 " +
  "있나 있어 있는 있습 없나 없어 되나 되는 되어 하나 하는 하면 해야 인가 주세 대해 관해";
const SETTINGS = { k1: 0.9, b: 0.4, asking: ASKING.split(" ") };

/** As on the server; what is longer is no question. */
const MOST_CHARACTERS = 2_000;
/** How long a file is worked at before other calls have their turn. */
const TURN_MS = 20;

/** A file of the reader's: its passages, and which of them hold a term. */
interface Own {
  readonly passages: readonly OwnPassage[];
  readonly postings: ReadonlyMap<string, readonly number[]>;
}

/** The search itself, without a worker around it: the bundle's passages and the reader's own in one ranking. */
export class Search {
  private readonly own = new Map<string, Own>();
  /** Files that are being taken in. */
  private readonly coming = new Map<string, symbol>();
  private scores: Scores | null = null;
  private readonly tokeniser: Tokeniser;
  private readonly asking: ReadonlySet<string>;

  private constructor(private readonly exported: Exported | null) {
    this.tokeniser = new Tokeniser(exported?.lexicon ?? EMPTY);
    this.asking = new Set((exported?.settings ?? SETTINGS).asking);
  }

  static async open(read: ReadBytes | null): Promise<Search> {
    return new Search(read === null ? null : await Exported.open(read));
  }

  /** Passages of the bundle. */
  get passages(): number {
    return this.exported?.passages ?? 0;
  }

  /** Terms of a text, with repetitions. */
  tokens(text: string): string[] {
    return this.tokeniser.tokens(text);
  }

  /** Number and score of the best passages; those of the reader's own files follow the bundle's. */
  rank(query: string, count: number): { readonly number: number; readonly score: number }[] {
    const counts = new Map<string, number>();
    for (const term of this.tokens(query)) counts.set(term, (counts.get(term) ?? 0) + 1);
    const total = this.total();
    if (total === 0) return [];
    const scores = (this.scores ??= this.newScores());
    for (const [term, times] of counts) {
      const weight = times * inverseFrequency(this.frequency(term), total);
      scores.add(weight, (found) => this.each(term, found));
    }
    return scores.best(count);
  }

  async search(query: string, count: number): Promise<SearchHit[]> {
    const own = this.ownPassages();
    return Promise.all(
      this.rank(query.slice(0, MOST_CHARACTERS), count).map(async ({ number, score }) => ({
        passage:
          number < this.passages ? await this.exported!.passage(number) : own[number - this.passages]!.passage,
        score,
      })),
    );
  }

  coverage(query: string, hits: readonly SearchHit[]): number {
    const total = this.total();
    return coverage(
      questionTerms(query.slice(0, MOST_CHARACTERS), this.tokeniser, this.asking),
      hits.map((hit) => searchedText(hit.passage)),
      this.tokeniser,
      (term) => inverseFrequency(this.frequency(term), total),
    );
  }

  /** Take a file in, in place of an older one of its id; questions are answered meanwhile. */
  async add(document: OwnDocument): Promise<void> {
    const coming = Symbol(document.name);
    this.coming.set(document.id, coming);
    const passages: OwnPassage[] = [];
    const postings = new Map<string, number[]>();
    let begun = performance.now();
    for (const passage of ownPassages(document, this.tokeniser)) {
      for (const term of passage.counts.keys()) {
        const held = postings.get(term);
        if (held === undefined) postings.set(term, [passages.length]);
        else held.push(passages.length);
      }
      passages.push(passage);
      if (performance.now() - begun > TURN_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        begun = performance.now();
      }
    }
    // It may have been removed, or added again, since.
    if (this.coming.get(document.id) !== coming) return;
    this.coming.delete(document.id);
    this.own.set(document.id, { passages, postings });
    this.scores = null;
  }

  remove(id: string): void {
    this.coming.delete(id);
    this.own.delete(id);
    this.scores = null;
  }

  private ownPassages(): OwnPassage[] {
    return [...this.own.values()].flatMap((one) => one.passages);
  }

  private total(): number {
    let total = this.passages;
    for (const one of this.own.values()) total += one.passages.length;
    return total;
  }

  private frequency(term: string): number {
    let found = this.exported?.postings.frequency(term) ?? 0;
    for (const one of this.own.values()) found += one.postings.get(term)?.length ?? 0;
    return found;
  }

  private each(term: string, found: (passage: number, times: number) => void): void {
    this.exported?.postings.each(term, found);
    let first = this.passages;
    for (const { passages, postings } of this.own.values()) {
      for (const number of postings.get(term) ?? []) found(first + number, passages[number]!.counts.get(term)!);
      first += passages.length;
    }
  }

  private newScores(): Scores {
    const { k1, b } = this.exported?.settings ?? SETTINGS;
    const own = this.ownPassages().map((one) => one.length);
    const tokens = own.reduce((sum, length) => sum + length, this.exported?.tokens ?? 0);
    return new Scores([...(this.exported?.lengths ?? []), ...own], tokens, k1, b);
  }
}
