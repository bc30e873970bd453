/**
 * @module
 * Several PIM devices side by side, each as a node of the same memory, for people and for scripts.
 */
import { type Part, titledTable } from "../part.js";
import type { PimFacts } from "./pim-facts.js";
import { pimJson } from "./pim-json.js";
import { us } from "./pim-result.js";

/** A device and what it can do; all are asked the same contexts. */
export interface ComparedPim {
  device: string;
  facts: PimFacts;
}

const head = ["context", "device", "1 channel us", "group us", "KV GB/s", "pJ per KV byte"];

const figures = ({ device, facts }: ComparedPim, i: number): string[] => [
  device,
  us(facts.latency[i]?.totalNs ?? 0),
  us(facts.groupLatencyNs[i] ?? 0),
  (facts.kvGBps[i] ?? 0).toFixed(0),
  (facts.kvPjPerByte[i] ?? 0).toFixed(2),
];

const nodeText = ({ device, facts: { channels, groups, channelsPerGroup } }: ComparedPim): string =>
  `${device}: ${channels} channels in ${groups} groups of ${channelsPerGroup}`;

/** Latency, bandwidth and energy over context, a row for each device. */
export const pimComparisonResult = (model: string, compared: readonly ComparedPim[]): Part[] => [
  { heading: `PIM devices for ${model}` },
  "",
  ...compared.map(nodeText),
  "",
  titledTable(
    head,
    (compared[0]?.facts.latency ?? []).flatMap(({ context }, i) =>
      compared.map((pim) => [String(context), ...figures(pim, i)]),
    ),
  ),
  "One decode over that context, one layer: all heads on one channel; spread over the channels of a group. KV GB/s of all",
  "channels; energy of a channel that computes, its idle power included.",
];

/** The facts of each device under the names that `pim show --json` has. */
export const pimComparisonJson = (
  model: string,
  gpu: string,
  compared: readonly ComparedPim[],
): Record<string, unknown> => ({
  model,
  devices: compared.map(({ device, facts }) => pimJson({ device, model, gpu }, facts)),
});
