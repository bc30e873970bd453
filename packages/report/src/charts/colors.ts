/**
 * @module
 * Colours of charts, as CSS variables: a page, or the style of a picture that stands alone, says what they are in light
 * and in dark.
 */

export const ink = "var(--ink)";
export const soft = "var(--soft)";
export const rule = "var(--rule)";
export const back = "var(--back)";

/** Text on an area of the palette. */
export const onColor = "var(--on-color)";

/** Lines and areas, in this order. */
export const palette = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `var(--line-${n})`);

/** From much less over even to much more. */
export const diverging = ["less-3", "less-2", "less-1", "even", "more-1", "more-2", "more-3"].map(
  (name) => `var(--${name})`,
);

/** A third direction beside less and more, from little to much. */
export const third = [1, 2].map((n) => `var(--third-${n})`);

/** What the variables are, in both. Paper is light. */
export const colorStyle = `:root { color-scheme: light dark; --ink: #1c2330; --soft: #5c6675; --rule: #d9dee6; --back: #ffffff; --card: #f7f8fa;
  --on-color: #ffffff; --line-1: #c2630a; --line-2: #2563eb; --line-3: #0f8a5f; --line-4: #9333ea; --line-5: #c02660; --line-6: #4b6a88;
  --line-7: #8a7000; --line-8: #0e7fa3; --less-3: #6ea8fe; --less-2: #a3c7fe; --less-1: #d5e5fe; --even: #eceef1;
  --more-1: #fde2c4; --more-2: #f9bf85; --more-3: #ee9440; --third-1: #cdeedd; --third-2: #79cfa6; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --soft: #9aa4b2; --rule: #333b47; --back: #12161d; --card: #1a2029;
    --on-color: #12161d; --line-1: #f5a142; --line-2: #6ea8fe; --line-3: #4cc38a; --line-4: #c084fc; --line-5: #f472a6; --line-6: #9db4cc;
    --line-7: #d4b93c; --line-8: #4fc3e4; --less-3: #2456a8; --less-2: #1f4377; --less-1: #1e314d; --even: #2a313b;
    --more-1: #47321c; --more-2: #6f4715; --more-3: #9c5c0b; --third-1: #1b3a2c; --third-2: #1e6146; } }`;

/** The style of a picture that stands alone. */
export const pictureStyle = `${colorStyle}
svg:root { max-width: 100%; height: auto; background: var(--back); font-family: system-ui, sans-serif; }`;
