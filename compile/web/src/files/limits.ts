/** What a file may be, so that a page on a telephone stays alive. */
export const LIMITS = {
  /** Bytes of a text file. */
  text: 20 * 2 ** 20,
  /** Bytes of a PDF, most of which are pictures. */
  pdf: 200 * 2 ** 20,
  pages: 5_000,
} as const;
