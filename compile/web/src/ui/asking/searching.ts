/** Finds passages for a question, and says whether they answer it. */
import type { Passage, SearchClient } from "../../search/types";

/** Below this share of the question's words the sources are taken not to answer it, as on the server. */
export const LEAST_COVERAGE = 0.6;

/** Words of a question that stands alone; a shorter one is searched for with the question before it. */
const WHOLE_QUESTION = 3;

export interface Found {
  readonly passages: readonly Passage[];
  readonly covered: boolean;
}

/** Search for a question. What a follow-up leaves out is found through the question before it, but it alone must be covered. */
export async function findPassages(
  search: SearchClient,
  question: string,
  earlier: string | null,
  count: number,
): Promise<Found> {
  const hits = await search.search(searchText(question, earlier), count);
  if (hits.length === 0) return { passages: [], covered: false };
  const covered = (await search.coverage(question, hits)) >= LEAST_COVERAGE;
  return { passages: hits.map((hit) => hit.passage), covered };
}

/** Whether a question can be understood without the ones before it. */
export function standsAlone(question: string): boolean {
  return (question.match(/[\p{L}\p{N}]+/gu) ?? []).length >= WHOLE_QUESTION;
}

export function searchText(question: string, earlier: string | null): string {
  return earlier && !standsAlone(question) ? `${earlier}\n${question}` : question;
}
