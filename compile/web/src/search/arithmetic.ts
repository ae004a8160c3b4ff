/**
 * Arithmetic that gives the same bits in every browser and in Python: the twin of `compile/search/arithmetic.py`.
 *
 * IEEE 754 fixes the four operations, not the logarithm: `Math.log` differs in its last bit.
 */

const ROOT = 1.4142135623730951;
const LOG_OF_2 = 0.6931471805599453;

/** The natural logarithm of a number from 1: halved until it is near 1, then 2 artanh((x - 1) / (x + 1)). */
export function naturalLog(value: number): number {
  let halvings = 0;
  while (value > ROOT) {
    value /= 2;
    halvings += 1;
  }
  const ratio = (value - 1) / (value + 1);
  const square = ratio * ratio;
  let series = 1 / 23;
  for (let odd = 21; odd > 0; odd -= 2) series = series * square + 1 / odd;
  return halvings * LOG_OF_2 + 2 * ratio * series;
}

/** BM25's inverse document frequency: log(1 + (N - n + 0.5) / (n + 0.5)). */
export function inverseFrequency(passagesWithTerm: number, passages: number): number {
  return naturalLog((passages + 1) / (passagesWithTerm + 0.5));
}
