/**
 * @module
 * What the idea promises, claim by claim. Their answers are recorded in `claim-answers.json`.
 */
import { csvHeader } from "@tandem-sim/report";
import { type Claim, type ClaimCase, declaredPhases, declaredRuns, type PhaseRuns } from "./claim.js";
import { figure } from "./figures.js";
import type { ScenarioRun } from "./run-scenario.js";

/** A latency that is more than this of GPU-only's is longer; one that is at most this is recovered. */
const LONGER = 1.05;
const MOSTLY_UNCHANGED = 1.1;
const PAYS = 0.98;
const BUSY = { least: 0.7, most: 0.85 } as const;
/** What idle and standby energy falls to at most, to have moved. */
const MOVED = 0.9;

const ratio = (name: "makespan" | "ttft" | "tpot", run: ScenarioRun, { gpuOnly }: PhaseRuns): number =>
  figure(name, run.summary, gpuOnly.summary) ?? Number.NaN;

/** One case per phase, of a mode. */
const phaseCase = (
  { scenario, phase }: PhaseRuns,
  holds: boolean,
  figures: Record<string, number>,
  mode = "",
): ClaimCase => ({ of: `${scenario}, ${phase}${mode && `, ${mode}`}`, holds, figures });

/** GPU time as the tables show it: whole percents. */
const isBusy = (share: number): boolean => {
  const shown = Math.round(share * 100) / 100;
  return shown >= BUSY.least && shown <= BUSY.most;
};

/** Energy of the GPU while it computes, and while it does not, J. */
function gpuEnergy({ summary }: ScenarioRun): { work: number; idle: number } | null {
  const { energy_j: by } = summary;
  if (!by) return null;
  return { work: by.npu_active ?? 0, idle: (by.npu_standby ?? 0) + (by.npu_idle ?? 0) };
}

const columns = csvHeader.split(",").length;

/** The least batch from which on every larger one pays. */
function paysFrom(cases: readonly ClaimCase[]): string {
  const limits = cases.map(({ holds, figures }) => ({ holds, batch: figures.batch ?? 0 }));
  limits.sort((a, b) => b.batch - a.batch);
  const firstLoss = limits.findIndex(({ holds }) => !holds);
  const paying = firstLoss < 0 ? limits : limits.slice(0, firstLoss);
  const least = paying.at(-1);
  return least ? `pays from a batch of ${least.batch} on` : "pays at no batch that was tried";
}

export const claims: readonly Claim[] = [
  {
    id: "offload-regresses-ttft",
    sentence: "Offload alone makes the time to first token longer.",
    terms: "Longer: mean TTFT of offload is more than 1.05x of GPU-only's. About every load.",
    cases: (outcome) =>
      declaredPhases(outcome).flatMap((phase) => {
        const offload = phase.of("offload");
        if (!offload) return [];
        const ttft = ratio("ttft", offload, phase);
        return [phaseCase(phase, ttft > LONGER, { ttft })];
      }),
  },
  {
    id: "interleaving-recovers-ttft",
    sentence: "Interleaving recovers the time to first token that offload loses.",
    terms:
      "Recovers: mean TTFT of interleave is at most 1.05x of GPU-only's. About the loads where offload makes it longer.",
    cases: (outcome) =>
      declaredPhases(outcome).flatMap((phase) => {
        const [offload, interleave] = [phase.of("offload"), phase.of("interleave")];
        if (!offload || !interleave) return [];
        const [lost, ttft] = [ratio("ttft", offload, phase), ratio("ttft", interleave, phase)];
        return lost > LONGER ? [phaseCase(phase, ttft <= LONGER, { offload: lost, interleave: ttft })] : [];
      }),
  },
  {
    id: "decode-mostly-unchanged",
    sentence: "Interleaved, decode is mostly unchanged against the GPU alone.",
    terms:
      "Mostly unchanged: mean TPOT of interleave is at most 1.10x of GPU-only's; shorter is as good. About every load.",
    cases: (outcome) =>
      declaredPhases(outcome).flatMap((phase) => {
        const interleave = phase.of("interleave");
        if (!interleave) return [];
        const tpot = ratio("tpot", interleave, phase);
        return [phaseCase(phase, tpot <= MOSTLY_UNCHANGED, { tpot })];
      }),
  },
  {
    id: "both-devices-busy",
    sentence: "Interleaved, both devices are busy 70 to 85% of the time.",
    terms:
      "GPU busy and PIM busy (any channel) are both 70 to 85% of the makespan, in whole percents, with policy always or auto. About every load.",
    cases: (outcome) =>
      declaredPhases(outcome).flatMap((phase) =>
        (["interleave", "auto"] as const).flatMap((mode) => {
          const summary = phase.of(mode)?.summary;
          if (!summary) return [];
          const { gpu_busy: gpu, pim_busy } = summary;
          const pim = pim_busy ?? 0;
          return [phaseCase(phase, isBusy(gpu) && isBusy(pim), { gpu, pim }, mode)];
        }),
      ),
  },
  {
    id: "energy-from-idle-to-work",
    sentence: "Interleaving moves the GPU's energy from idle to work.",
    terms:
      "Moves: against offload alone, the GPU's standby and idle energy falls to at most 0.90x and its active energy rises. Work is not all gain: part of it is the second read of the weights. About every load.",
    cases: (outcome) =>
      declaredPhases(outcome).flatMap((phase) => {
        const [offload, interleave] = [phase.of("offload"), phase.of("interleave")];
        const [before, after] = [offload && gpuEnergy(offload), interleave && gpuEnergy(interleave)];
        if (!before || !after) return [];
        const figures = { idle: after.idle / before.idle, work: after.work / before.work };
        return [phaseCase(phase, figures.idle <= MOVED && figures.work > 1, figures)];
      }),
  },
  {
    id: "single-request-undivided",
    sentence: "A single request is never split.",
    terms:
      "No iteration of one request runs in two sub-batches. About every interleaved run that has such iterations, but not split chunk, which may cut a prefill.",
    cases: (outcome) =>
      declaredRuns(outcome).flatMap(({ of, run: { mode, observed } }) => {
        if (observed.singleRequest === 0 || (mode !== "interleave" && mode !== "auto")) return [];
        const figures = { iterations: observed.singleRequest, divided: observed.singleRequestDivided };
        return [{ of, holds: observed.singleRequestDivided === 0, figures }];
      }),
  },
  {
    id: "csv-columns-unchanged",
    sentence: "The columns of the per-request CSV never change between modes.",
    terms: `Every row of every run has the ${columns} columns of its head. About every run.`,
    cases: (outcome) =>
      declaredRuns(outcome).map(({ of, run }) => {
        const { csvColumns } = run.observed;
        const [least = 0] = csvColumns;
        return { of, holds: csvColumns.length === 1 && least === columns, figures: { columns: least } };
      }),
  },
  {
    id: "offload-raises-batch",
    sentence: "Offload raises the batch that fits.",
    terms:
      "There is room for more tokens of KV on PIM than beside the weights on the GPU; the same requests, so the batch that fits grows alike. About every load; whether the larger batch is of use is another question.",
    cases: (outcome) =>
      declaredPhases(outcome).flatMap((phase) => {
        const offload = phase.of("offload");
        if (!offload) return [];
        const room = offload.summary.kv_tokens.room / phase.gpuOnly.summary.kv_tokens.room;
        const largest = offload.summary.batch.max / phase.gpuOnly.summary.batch.max;
        return [phaseCase(phase, room > 1, { room, largest_batch: largest })];
      }),
  },
  {
    id: "interleaving-pays-from-batch",
    sentence: "Interleaving beats the GPU alone at every batch.",
    terms:
      "Beats: its makespan is at most 0.98x of GPU-only's. About one load under several limits of the batch (scenarios with batch_limits).",
    cases: ({ scenario, limited }) =>
      limited.map(({ limit, gpuOnly, interleave }) => {
        const makespan = interleave.summary.makespan_ns / gpuOnly.summary.makespan_ns;
        return { of: `${scenario.name}, batch ${limit}`, holds: makespan <= PAYS, figures: { batch: limit, makespan } };
      }),
    finding: paysFrom,
  },
  {
    id: "win-without-the-mixed-kernel",
    sentence: "Interleaving would also beat a GPU that runs prefill and decode attention as two kernels.",
    terms:
      "Beats: its makespan is at most 0.98x of GPU-only's. This GPU's one kernel for both (FlashAttention 2) reads KV several times over when they mix, and offload takes decodes out of it; two kernels would do that without PIM. About the loads where interleaving beats the GPU as it is.",
    cases: (outcome) =>
      declaredPhases(outcome).flatMap((phase) => {
        const interleave = phase.of("interleave");
        if (!interleave || ratio("makespan", interleave, phase) > PAYS) return [];
        const apart = { ...phase, gpuOnly: phase.twoKernels };
        const figures = {
          gpu_only: ratio("makespan", phase.twoKernels, phase),
          interleave: ratio("makespan", interleave, apart),
        };
        return [phaseCase(phase, figures.interleave <= PAYS, figures)];
      }),
  },
];
