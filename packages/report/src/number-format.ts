/**
 * @module
 * Numbers as people read them.
 */

/** 1350 -> "1.4k", 620 -> "620". */
export function compact(value: number): string {
  if (value < 999.5) return value.toFixed(value < 9.95 && !Number.isInteger(value) ? 1 : 0);
  if (value < 999_950) return `${(value / 1e3).toFixed(1)}k`;
  return `${(value / 1e6).toFixed(1)}M`;
}

export const percent = (share: number, digits = 0): string => `${(share * 100).toFixed(digits)}%`;

export const ms = (value: number): string => value.toFixed(value < 100 ? 2 : 1);

/** Bytes in the unit that fits, powers of ten. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let scaled = value;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${scaled.toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** "a, b and c" */
export const wordList = (words: readonly string[], last = "and"): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
