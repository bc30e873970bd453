/**
 * @module
 * The page around a report: one HTML file that needs nothing else, light or dark as the reader's system is.
 */
import { type Chart, slug } from "../charts/chart.js";
import { colorStyle } from "../charts/colors.js";
import { escapeMarkup } from "./markup.js";

const style = `
${colorStyle}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1320px; padding: 32px 24px 48px; background: var(--back); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 32px 0 12px; }
p { margin: 0 0 8px; max-width: 100ch; } .lead { color: var(--soft); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px 32px; align-items: start; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 380px), 1fr)); gap: 16px; }
figure { margin: 0; padding: 12px; min-width: 0; break-inside: avoid; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
svg { display: block; width: 100%; height: auto; font-family: inherit; }
figcaption { text-align: right; font-size: 13px; } a { color: var(--line-2); }
.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 540px), 1fr)); gap: 16px; }
.scroll, .wide figure, .maps figure { overflow-x: auto; } .wide svg { min-width: 800px; } .maps svg { min-width: 480px; }
.charts, .wide, .maps { margin: 16px 0; } section { min-width: 0; }
summary { cursor: pointer; color: var(--line-2); padding: 4px 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 10px; text-align: right; border-bottom: 1px solid var(--rule); }
th:first-child, td:first-child { text-align: left; } th { color: var(--soft); font-weight: 500; }
td.better { background: var(--less-1); } td.worse { background: var(--more-1); }
td.words, th.words { text-align: left; white-space: normal; } td.text, th.text { text-align: left; white-space: normal; min-width: 25ch; }
h3 { font-size: 15px; margin: 20px 0 4px; } nav { margin: 12px 0; font-size: 14px; max-width: 100ch; } details { margin: 4px 0; }
tr.group td { border-top: 2px solid var(--rule); } tfoot td { font-weight: 600; border-bottom: 0; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 16px; margin: 0 0 16px; } dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; } ul { margin: 0 0 8px; padding-left: 20px; max-width: 100ch; }
footer { margin-top: 32px; color: var(--soft); font-size: 13px; }
@media (max-width: 480px) { body { padding: 20px 12px 32px; } figure { padding: 6px; } td { white-space: nowrap; } th, td { padding: 3px 6px; }
  td.words, th.words { min-width: 13ch; } td.text, th.text { min-width: 17ch; } td.text:not(:first-child) { min-width: 34ch; } }
@media print { body { max-width: none; padding: 0; } figcaption { display: none; } h2 { break-after: avoid; } .scroll { overflow: visible; } .wide svg, .maps svg { min-width: 0; }
  details::details-content { content-visibility: visible; block-size: auto; opacity: 1; } summary { display: none; } }
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

/** Better and worse have colours; words stand to the left, and text has the width to be read. */
type Tone = "better" | "worse" | "words" | "text";

/** A plain text; or with what it says by its colour too, and where it leads in the page. */
export type Cell = string | { text: string; tone?: Tone | undefined; to?: string };

function cellMarkup(cell: Cell, kind: "td" | "th"): string {
  if (typeof cell === "string") return `<${kind}>${escapeMarkup(cell)}</${kind}>`;
  const text = escapeMarkup(cell.text);
  const inside = cell.to === undefined ? text : `<a href="#${escapeMarkup(cell.to)}">${text}</a>`;
  return `<${kind}${cell.tone ? ` class="${cell.tone}"` : ""}>${inside}</${kind}>`;
}

/** A table row. */
export const tableRow = (cells: readonly Cell[], kind: "td" | "th" = "td", name?: string): string =>
  `<tr${name ? ` class="${name}"` : ""}>${cells.map((cell) => cellMarkup(cell, kind)).join("")}</tr>`;

/** A wide table scrolls in its own box. */
export const scrolling = (tableMarkup: string): string => `<div class="scroll">${tableMarkup}</div>`;

/** A table, its head first. */
export const table = ([head = [], ...rows]: readonly (readonly Cell[])[]): string =>
  scrolling(
    `<table><thead>${tableRow(head, "th")}</thead><tbody>${rows.map((row) => tableRow(row)).join("\n")}</tbody></table>`,
  );

/** A list of terms and what they are, plain texts. */
export const facts = (pairs: readonly (readonly [term: string, text: string])[]): string =>
  `<dl>${pairs.map(([term, text]) => `<dt>${escapeMarkup(term)}</dt><dd>${escapeMarkup(text)}</dd>`).join("")}</dl>`;

/** Of a file, so that any system takes it. */
const LONGEST_NAME = 80;

/** A chart with its data to take away. */
const figure = ({ title, svg, csv }: Chart): string =>
  `<figure>${svg}<figcaption><a download="${slug(title).slice(0, LONGEST_NAME)}.csv" href="data:text/csv;charset=utf-8,${dataText(csv)}">CSV</a></figcaption></figure>`;

/** What a data link and its quotes cannot hold is encoded; commas would be three times as long. */
const dataText = (text: string): string => encodeURIComponent(text).replaceAll("'", "%27").replaceAll("%2C", ",");

/** Charts side by side as far as the page is wide enough. */
export const charts = (drawn: readonly Chart[]): string => `<div class="charts">${drawn.map(figure).join("\n")}</div>`;

/** Maps, which need more width each; on a narrow screen they scroll in their boxes. */
export const maps = (drawn: readonly Chart[]): string => `<div class="maps">${drawn.map(figure).join("\n")}</div>`;

/** What a reader opens who wants to know more; on paper it is open. `inside` is markup. */
export const details = (summary: string, inside: string, id?: string): string =>
  `<details${id ? ` id="${escapeMarkup(id)}"` : ""}><summary>${escapeMarkup(summary)}</summary>\n${inside}\n</details>`;

/** A chart that takes the width of the page; on a narrow screen it scrolls in its box. */
export const wideChart = (drawn: Chart): string => `<div class="wide">${figure(drawn)}</div>`;
