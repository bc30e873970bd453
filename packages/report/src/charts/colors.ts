/**
 * @module
 * Colours of charts, as CSS variables: a page, or the style of a picture that stands alone, says what they are in light
 * and in dark.
 */

export const ink = "var(--ink)";
export const soft = "var(--soft)";
export const rule = "var(--rule)";

/** Lines and areas, in this order. */
export const palette = [1, 2, 3, 4].map((n) => `var(--line-${n})`);

/** What the variables are, in both. */
export const colorStyle = `:root { color-scheme: light dark; --ink: #1c2330; --soft: #5c6675; --rule: #d9dee6; --back: #ffffff; --card: #f7f8fa;
  --line-1: #d9730d; --line-2: #2563eb; --line-3: #0f8a5f; --line-4: #9333ea; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --soft: #9aa4b2; --rule: #333b47; --back: #12161d; --card: #1a2029;
    --line-1: #f5a142; --line-2: #6ea8fe; --line-3: #4cc38a; --line-4: #c084fc; } }`;
