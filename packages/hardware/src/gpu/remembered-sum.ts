/**
 * @module
 * The time of several layers over their common size, computed once per size.
 */

/** Beyond this many tokens a sum is computed every time rather than remembered (8 MB per segment). */
const memoLimit = 1 << 20;

/** The sum of some layers by size, remembered per size: a hot call is one array read. */
export function rememberedSum(
  curves: readonly ((size: number) => number)[],
  firstUse: (size: number) => void = () => {},
): (size: number) => number {
  let known = new Float64Array(512);
  const compute = (size: number): number => {
    firstUse(size);
    let sum = 0;
    for (const curve of curves) sum += curve(size);
    if (size >= memoLimit) return sum;
    if (size >= known.length) {
      const grown = new Float64Array(2 ** Math.ceil(Math.log2(size + 1)));
      grown.set(known);
      known = grown;
    }
    known[size] = sum;
    return sum;
  };
  return (size) => {
    const at = size < 1 ? 1 : size;
    if (at < known.length) {
      const sum = known[at];
      if (sum !== 0) return sum;
    }
    return compute(at);
  };
}
