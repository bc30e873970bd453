/**
 * @module
 * The page around a report: one HTML file that needs nothing else, light or dark as the reader's system is.
 */
import { colorStyle } from "../charts/colors.js";
import { escapeMarkup } from "./markup.js";

const style = `
${colorStyle}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1240px; padding: 32px 24px 48px; background: var(--back); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 32px 0 12px; }
p { margin: 0 0 8px; max-width: 100ch; } .lead { color: var(--soft); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px 32px; align-items: start; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 380px), 1fr)); gap: 16px; }
figure { margin: 0; padding: 12px; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
svg { display: block; width: 100%; height: auto; font-family: inherit; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 10px; text-align: right; border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { text-align: left; } th { color: var(--soft); font-weight: 500; }
tr.group td { border-top: 2px solid var(--rule); } tfoot td { font-weight: 600; border-bottom: 0; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 16px; margin: 0 0 16px; } dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; } ul { margin: 0; padding-left: 20px; max-width: 80ch; }
footer { margin-top: 32px; color: var(--soft); font-size: 13px; }
`;

/** A page of HTML fragments. `footer` is plain text. */
export function page(title: string, fragments: readonly string[], footer: string): string {
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeMarkup(title)}</title>`,
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    ...fragments,
    `<footer>${escapeMarkup(footer)}</footer>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** A table row of plain texts. */
export const tableRow = (cells: readonly string[], kind: "td" | "th" = "td", name?: string): string =>
  `<tr${name ? ` class="${name}"` : ""}>${cells.map((cell) => `<${kind}>${escapeMarkup(cell)}</${kind}>`).join("")}</tr>`;

/** A table of plain texts, its head first. */
export const table = ([head = [], ...rows]: readonly (readonly string[])[]): string =>
  `<table><thead>${tableRow(head, "th")}</thead><tbody>${rows.map((row) => tableRow(row)).join("\n")}</tbody></table>`;

/** A list of terms and what they are, plain texts. */
export const facts = (pairs: readonly (readonly [term: string, text: string])[]): string =>
  `<dl>${pairs.map(([term, text]) => `<dt>${escapeMarkup(term)}</dt><dd>${escapeMarkup(text)}</dd>`).join("")}</dl>`;

/** Charts side by side as far as the page is wide enough. */
export const charts = (drawings: readonly string[]): string =>
  `<div class="charts">${drawings.map((svg) => `<figure>${svg}</figure>`).join("\n")}</div>`;
