/**
 * @module
 * Sums of non-negative figures that do not depend on their order: whole quanta of 2^-20, in two limbs, so that nothing
 * is rounded between the first addend and the last. Good to 2^73 (in pJ: 9e9 J).
 */

const QUANTA_PER_UNIT = 2 ** 20;
const QUANTA_PER_LIMB = 2 ** 40;

/** The whole number of quanta nearest to `value`. */
export const quantaOf = (value: number): number => Math.round(value * QUANTA_PER_UNIT);

export class ExactSum {
  private high = 0;
  private low = 0;

  /** @param quanta a whole number, from {@link quantaOf} */
  addQuanta(quanta: number): void {
    const high = Math.floor(quanta / QUANTA_PER_LIMB);
    this.high += high;
    this.low += quanta - high * QUANTA_PER_LIMB;
    if (this.low >= QUANTA_PER_LIMB) {
      this.low -= QUANTA_PER_LIMB;
      this.high++;
    }
  }

  get value(): number {
    return this.high * (QUANTA_PER_LIMB / QUANTA_PER_UNIT) + this.low / QUANTA_PER_UNIT;
  }
}
