/**
 * @module
 * The benchmark as one HTML page: what it comes to, the claims, the maps, and each scenario with its charts.
 */
import { percent, verdictOn } from "@tandem-sim/report";
import { type Cell, charts, details, escapeMarkup, maps, page, table, wideChart } from "@tandem-sim/report/pages";
import { type Answer, type ClaimCase, findingOf, type JudgedClaim } from "./claim.js";
import { figure, type MeasurementName, measured } from "./figures.js";
import type { PolicyGrid } from "./policies.js";
import { inPhase, phasesOf, type ReportCharts, type ScenarioCharts } from "./report-charts.js";
import type { ScenarioOutcome, ScenarioRun } from "./run-scenario.js";
import { ratioText, scenarioTable, unexpected } from "./scenario-table.js";
import { ratiosOf, type Standing, type StandingName, standingNames, standings } from "./standing.js";
import type { Suite } from "./suite.js";

const TITLE = "Where offload and interleaving pay";

const LEAD =
  "An LLM served by a GPU alone; with attention offloaded to processing-in-memory (PIM) DRAM; and with batches in two halves, so that one is on PIM while the other is on the GPU (interleaving). Every figure is held against the GPU alone: below 1 is better.";

const CERTAINTY =
  "All of it is simulated. The GPU's layers are measured: one GPU (RTX PRO 6000), one model (Llama-3.1-8B), 16 bit. PIM and its link are models, and one unit computes per rank, eight to a bus. Other GPUs, models and memories move these answers.";

const SCHEDULE =
  "A batch as interleaving runs it in this load, prompts and decodes at their mean lengths. Of PIM the busiest channel group is drawn.";

const paragraph = (text: string): string => `<p>${escapeMarkup(text)}</p>`;
const list = (texts: readonly string[]): string =>
  `<ul>${texts.map((text) => `<li>${escapeMarkup(text)}</li>`).join("\n")}</ul>`;
const heading = (id: string, text: string): string => `<h2 id="${id}">${escapeMarkup(text)}</h2>`;

/** Ratios within 2% of 1 are even. */
const EVEN = 0.02;

function ratioCell(ratio: number | null): Cell {
  if (ratio === null || !Number.isFinite(ratio)) return "-";
  const tone = ratio < 1 - EVEN ? "better" : ratio > 1 + EVEN ? "worse" : undefined;
  return { text: ratioText(ratio), tone };
}

const phaseLabel = ({ outcome: { scenario }, phase }: Standing): string =>
  `${scenario.load}${scenario.phases.length > 1 ? `, phase ${phase}` : ""}`;

function glanceRow(standing: Standing): Cell[] {
  const { outcome, phase, gpuOnly, twoKernels, offload, interleave, why } = standing;
  const [alone, halves] = [ratiosOf(offload, gpuOnly), ratiosOf(interleave, gpuOnly)];
  const best = verdictOn(inPhase(outcome, phase))?.best.makespan?.modes ?? [];
  return [
    { text: phaseLabel(standing), tone: "text", to: outcome.scenario.name },
    { text: best.join(", "), tone: "words" },
    ratioCell(alone.makespan),
    ratioCell(halves.makespan),
    ratioCell(ratiosOf(interleave, twoKernels).makespan),
    ratioCell(alone.ttft),
    ratioCell(halves.ttft),
    ratioCell(alone.tpot),
    ratioCell(halves.tpot),
    ratioCell(figure("j_per_token", interleave.summary, gpuOnly.summary)),
    { text: why, tone: "text" },
  ];
}

const glanceHead: Cell[] = [
  { text: "load", tone: "text" },
  { text: "soonest done", tone: "words" },
  "makespan offload",
  "makespan interleave",
  "to a GPU with two kernels",
  "TTFT offload",
  "TTFT interleave",
  "TPOT offload",
  "TPOT interleave",
  "J/token interleave",
  { text: "why", tone: "text" },
];

const titles: Record<StandingName, string> = { wins: "Wins", recovers: "Recovers", even: "Even", loses: "Loses" };

/** A table for each standing. */
const glance = (all: readonly Standing[]): string =>
  standingNames
    .map((name) => ({ name, own: all.filter((one) => one.name === name) }))
    .filter(({ own }) => own.length > 0)
    .map(
      ({ name, own }) =>
        `<h3>${escapeMarkup(`${titles[name]} (${own.length}): ${standings[name]}`)}</h3>\n${table([glanceHead, ...own.map(glanceRow)])}`,
    )
    .join("\n");

const answerTone: Record<Answer, "better" | "worse" | undefined> = {
  holds: "better",
  depends: undefined,
  fails: "worse",
};

const CASES_NAMED = 3;

/** The first scenarios of some cases, and how many more there are. */
function scenariosOf(cases: readonly ClaimCase[]): string {
  const names = [...new Set(cases.map(({ of }) => of.split(",")[0] ?? ""))];
  const more = names.length > CASES_NAMED ? ` and ${names.length - CASES_NAMED} more` : "";
  return names.length === 0 ? "-" : `${names.slice(0, CASES_NAMED).join(", ")}${more}`;
}

const claimRow = (judged: JudgedClaim): Cell[] => [
  { text: judged.claim.sentence, tone: "text", to: judged.claim.id },
  { text: judged.answer, tone: answerTone[judged.answer] },
  { text: findingOf(judged), tone: "words" },
  { text: scenariosOf(judged.cases.filter(({ holds }) => holds)), tone: "words" },
  { text: scenariosOf(judged.cases.filter(({ holds }) => !holds)), tone: "words" },
];

function claimDetails({ claim, cases }: JudgedClaim): string {
  const names = [...new Set(cases.flatMap(({ figures }) => Object.keys(figures)))];
  const rows = cases.map(({ of, holds, figures }): Cell[] => [
    { text: of, to: of.split(",")[0] ?? "" },
    { text: holds ? "holds" : "does not hold", tone: holds ? "better" : "worse" },
    ...names.map((name) => (figures[name] === undefined ? "-" : `${Number(figures[name].toPrecision(3))}`)),
  ]);
  const shown = table([["case", "", ...names.map((name) => name.replaceAll("_", " "))], ...rows]);
  return details(claim.sentence, `${paragraph(claim.terms)}\n${shown}`, claim.id);
}

const claimsSection = (claims: readonly JudgedClaim[], batches: ReportCharts["batches"]): string =>
  [
    heading("claims", "What the idea promises"),
    paragraph(
      "Holds: in every case; fails: in none; depends: in some. The answers are recorded, and the benchmark fails when one changes.",
    ),
    table([
      [
        "claim",
        "answer",
        { text: "cases", tone: "words" },
        { text: "holds in", tone: "words" },
        { text: "does not hold in", tone: "words" },
      ],
      ...claims.map(claimRow),
    ]),
    "<h3>What their words mean, and every case</h3>",
    ...claims.map(claimDetails),
    charts(batches),
  ].join("\n");

const mapsSection = (drawn: ReportCharts["maps"]): string =>
  [
    heading("maps", "One iteration: who is shortest"),
    paragraph(
      "From the exact schedule of a single iteration. On the line D = A attention takes as long as the dense layers: below and left of it there is little to hide, far above it PIM is the bottleneck.",
    ),
    ...drawn.map((one) => `${paragraph(one.map.about)}\n${maps(one.charts)}`),
  ].join("\n");

type Column = readonly [title: string, cell: (run: ScenarioRun, gpuOnly: ScenarioRun) => Cell];

const number =
  (name: MeasurementName, text: (value: number) => string) =>
  (run: ScenarioRun): Cell => {
    const value = measured(name, run.summary);
    return value === null ? "-" : text(value);
  };

const ratio =
  (name: Parameters<typeof figure>[0]) =>
  (run: ScenarioRun, gpuOnly: ScenarioRun): Cell =>
    ratioCell(figure(name, run.summary, gpuOnly.summary));

const fixed = (digits: number) => (value: number) => value.toFixed(digits);
const milliseconds = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0));

const columns: readonly Column[] = [
  ["makespan, s", number("makespan_s", fixed(1))],
  ["to GPU-only", ratio("makespan")],
  ["TTFT, ms", number("ttft_mean_ms", milliseconds)],
  ["to GPU-only", ratio("ttft")],
  ["TPOT, ms", number("tpot_mean_ms", milliseconds)],
  ["to GPU-only", ratio("tpot")],
  ["J/token", number("j_per_token", fixed(3))],
  ["to GPU-only", ratio("j_per_token")],
  ["GPU busy", number("gpu_busy", percent)],
  ["PIM busy, any channel", number("pim_busy", percent)],
  ["PIM busy, mean channel", number("pim_util", percent)],
  ["mean batch", number("mean_batch", fixed(0))],
  ["preemptions", number("preemptions", fixed(0))],
  ["interleaved", number("interleaved_share", percent)],
];

const runsTable = ({ runs, twoKernels }: ScenarioOutcome): string => {
  const row = (mode: string, run: ScenarioRun): Cell[] => [
    mode,
    run.phase ?? "-",
    ...columns.map(([, cell]) => cell(run, runs[0])),
  ];
  return table([
    ["mode", "phase", ...columns.map(([title]) => title)],
    ...runs.map((run) => row(run.mode, run)),
    row("gpu-only, two attention kernels", twoKernels),
  ]);
};

/** The verdict of each phase, in its own words. */
const verdicts = (outcome: ScenarioOutcome): string[] =>
  phasesOf(outcome).map((phase) => {
    const sentences = verdictOn(inPhase(outcome, phase))?.sentences ?? [];
    return `Phase ${phase}: ${sentences.join(" ")}`;
  });

function section({ outcome, schedule, phases }: ScenarioCharts): string {
  const { scenario } = outcome;
  const shown = [
    ...(schedule ? [paragraph(SCHEDULE), wideChart(schedule)] : []),
    ...phases.map(({ charts: drawn }) => charts(drawn)),
  ].join("\n");
  return [
    heading(scenario.name, `${scenario.name}: ${scenario.question}`),
    `<p class="lead">${escapeMarkup(scenario.load)}</p>`,
    list(verdicts(outcome)),
    paragraph(scenario.physics),
    ...(scenario.note === undefined ? [] : [`<p class="lead">${escapeMarkup(scenario.note)}</p>`]),
    ...unexpected([outcome]).map(paragraph),
    runsTable(outcome),
    details(`Charts of ${scenario.name}: schedule, latencies, busy shares, energy`, shown),
  ].join("\n");
}

function contents({ outcomes, devices, policies }: Suite): string {
  const entry = (id: string, text: string): string => `<a href="#${id}">${escapeMarkup(text)}</a>`;
  return `<nav>${[
    entry("claims", "What the idea promises"),
    entry("maps", "One iteration: who is shortest"),
    ...(devices.length > 0 ? [entry("devices", "Every device")] : []),
    ...(policies.length > 0 ? [entry("policies", "Placement and split")] : []),
    ...outcomes.map(({ scenario }) => entry(scenario.name, scenario.name)),
  ].join(" · ")}</nav>`;
}

/** Names of scenarios lead to their sections. */
function linked(markup: string, outcomes: readonly ScenarioOutcome[]): string {
  const names = outcomes.map(({ scenario }) => scenario.name).sort((a, b) => b.length - a.length);
  const name = new RegExp(`(?<![\\w-])(${names.join("|")})(?![\\w-])`, "g");
  return markup.replaceAll(name, '<a href="#$1">$1</a>');
}

const devicesSection = (devices: readonly ScenarioOutcome[]): string[] =>
  devices.length === 0
    ? []
    : [
        heading("devices", "Every bundled PIM device, with as many channels"),
        paragraph(`${devices[0]?.scenario.load.split(";")[0]}. Ratios to GPU-only.`),
        // Without the wall time, which is no result.
        table(scenarioTable(devices).rows.map((row) => row.slice(0, -1))),
      ];

/** A row for each pair of policies, a column for each load. */
const policiesSection = (grids: readonly PolicyGrid[]): string[] => {
  const [first] = grids;
  if (!first) return [];
  return [
    heading("policies", "Placement and split policies on the same loads"),
    paragraph("Makespan of interleaving to GPU-only, by where new requests go and what sub-batches share."),
    table([
      [
        { text: "placement", tone: "words" },
        { text: "split", tone: "words" },
        ...grids.map(({ scenario }): Cell => ({ text: scenario, to: scenario })),
      ],
      ...first.pairs.map(({ placement, split }, i): Cell[] => [
        { text: placement, tone: "words" },
        { text: split, tone: "words" },
        ...grids.map(({ pairs }) => ratioCell(pairs[i]?.makespan ?? null)),
      ]),
    ]),
    list(grids.map(({ scenario, load }) => `${scenario}: ${load}`)),
  ];
};

/** The whole page. */
export const benchPage = (suite: Suite, drawn: ReportCharts): string =>
  page(
    TITLE,
    [
      `<h1>${TITLE}</h1>`,
      `<p class="lead">${escapeMarkup(LEAD)}</p>`,
      linked(list(suite.verdict), suite.outcomes),
      `<p class="lead">${escapeMarkup(CERTAINTY)}</p>`,
      contents(suite),
      glance(suite.standings),
      claimsSection(suite.claims, drawn.batches),
      mapsSection(drawn.maps),
      ...devicesSection(suite.devices),
      ...policiesSection(suite.policies),
      ...drawn.scenarios.map(section),
    ],
    "npm run bench",
  );
