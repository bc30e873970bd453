/**
 * @module
 * What a PIM device can do for a model, for people.
 */
import { percent } from "../number-format.js";
import { type Part, type Table, titledTable } from "../part.js";
import type { PimFacts } from "./pim-facts.js";

/** Names of what was asked about. */
export interface PimSubject {
  device: string;
  model: string;
  gpu: string;
}

/** ns as us. */
export const us = (ns: number): string => (ns / 1000).toFixed(ns < 1e5 ? 2 : 1);

/** A bar of at most ten blocks. */
const bar = (value: number, most: number): string => "█".repeat(Math.max(1, Math.round((10 * value) / most)));

function latencyTable({ latency, groupLatencyNs }: PimFacts): Table {
  const most = Math.max(...latency.map(({ totalNs }) => totalNs));
  return titledTable(
    ["context", "1 channel us", "group us", "activation", "compute", "read-out", "input", "refresh", ""],
    latency.map((point, i) => [
      String(point.context),
      us(point.totalNs),
      us(groupLatencyNs[i] ?? 0),
      ...[point.activationNs, point.computeNs, point.readOutNs, point.inputNs, point.refreshNs].map((ns) =>
        percent(ns / point.totalNs),
      ),
      bar(point.totalNs, most).padEnd(10),
    ]),
  );
}

function fasterText({ batch, untilBatch }: PimFacts["breakEven"][number], greatest: number): string {
  if (batch === null) return `never, up to ${greatest} decodes`;
  if (untilBatch === greatest) return batch === 1 ? "always" : `from ${batch} decodes`;
  return batch === untilBatch ? `at ${batch} decodes only` : `from ${batch} to ${untilBatch} decodes only`;
}

function breakEvenParts({ attach, breakEven, greatestBatch }: PimFacts, { model, gpu }: PimSubject): Part[] {
  if (breakEven.length === 0) return ["", `No profile of ${model} on ${gpu}: no comparison with a GPU.`];
  return [
    "",
    titledTable(
      ["context", `faster than ${gpu}`, "PIM us", "GPU us"],
      breakEven.map((point) => [
        String(point.context),
        fasterText(point, greatestBatch),
        us(point.pimNs),
        us(point.gpuNs),
      ]),
    ),
    `One layer's attention at the first such batch, else at the greatest; ${attach === "gpu" ? "there is no link" : "the link included"}, dense layers apart.`,
  ];
}

/** Where PIM sits. */
const places = { host: "node", device: "beside the GPU", gpu: "GPU's memory" } as const;

function deviceLines({
  attach,
  timing,
  channels,
  groups,
  channelsPerGroup,
  gemvGBps,
  idleWatts,
  peakWatts,
}: PimFacts): string[] {
  const facts = [
    [
      "channel",
      `${(timing.channelBytes / 2 ** 30).toFixed(2)} GiB, ${timing.busGBps.toFixed(1)} GB/s of bus, read latency ${timing.readLatencyNs.toFixed(1)} ns`,
    ],
    ["in lock step", `${timing.banks} banks (${timing.ranks} ranks), rows of ${timing.rowBytesPerDevice} B per device`],
    [
      "one row of all banks",
      `${timing.rowNs.toFixed(1)} ns to open, ${timing.columnNs.toFixed(2)} ns a column, ${timing.drainNs.toFixed(1)} ns to read out`,
    ],
    [
      "power of a channel",
      `${idleWatts.toFixed(3)} W idle${attach === "gpu" ? ", part of what the GPU draws" : ""}, ${peakWatts.toFixed(3)} W computing`,
    ],
    [
      places[attach],
      `${channels} channels in ${groups} groups of ${channelsPerGroup}: ${gemvGBps.toFixed(0)} GB/s of KV on long contexts`,
    ],
  ] as const;
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  return facts.map(([name, text]) => name.padEnd(width) + text);
}

/** The device, its latencies over context, and from where it beats the GPU. */
export const pimResult = (subject: PimSubject, facts: PimFacts): Part[] => [
  { heading: `${subject.device} for ${subject.model}` },
  "",
  ...deviceLines(facts),
  "",
  latencyTable(facts),
  "One decode over that context, one layer: all heads on one channel; spread over the channels of a group.",
  ...breakEvenParts(facts, subject),
];
