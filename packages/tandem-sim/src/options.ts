/**
 * @module
 * What a simulation is asked for: one plain object, every field with a default but cluster and workload.
 */
import {
  type Mode,
  modeNames,
  type RouterSource,
  type RoutingPolicy,
  routers,
  type ServiceLevel,
  type SimulationObserver,
} from "@tandem-sim/engine";
import {
  type ClusterChanges,
  type GivenInputs,
  type GpuModel,
  gpuModels,
  InstanceOptions,
  parseWith,
  pimAttaches,
  SweepFile,
  type WorkloadLine,
} from "@tandem-sim/schemas";
import type { SplitRule } from "@tandem-sim/trace";
import type { GenerateOptions, RequestChunk } from "@tandem-sim/workload";
import * as z from "zod";

type JsonValue = z.infer<ReturnType<typeof z.json>>;

/** Serving options that go by a shorter name here. */
const renamed = {
  enableAttnOffloading: true,
  enableSubBatchInterleaving: true,
  subBatchPolicy: true,
  subBatchSplit: true,
} as const;

/** Serving options under vLLM's names, as the flags of `tandem run` have them. */
export type ServingOptions = Partial<Omit<InstanceOptions, keyof typeof renamed>>;

/** Requests: a string, which each entry reads in its own way; chunks; the lines of a JSONL; or what to generate. */
export type Workload = string | readonly RequestChunk[] | readonly WorkloadLine[] | GenerateOptions;

/** What is simulated, and under which load. */
export interface Subject {
  /** A cluster config, or a string, which each entry reads in its own way. */
  cluster: string | object;
  workload: Workload;
}

/** What `simulate`, `iterations` and `compare` share. */
export interface CommonOptions extends ServingOptions, ClusterChanges, GivenInputs {
  /** The GPU of every instance: a name in `gpus`, or with files a bundled one or the path of a spec sheet. */
  gpu?: string;
  /** Whether GPU times come from measured tables, from the spec sheet, or from tables where there are some; auto. */
  gpuModel?: GpuModel;
  /** Constants that correct GPU times: what `tandem calibrate` has written, as text or parsed. */
  calibration?: unknown;
  /** Values of the cluster config to change, by path: `{ "nodes.0.cpu_mem.mem_size": 1024 }`. */
  set?: Readonly<Record<string, unknown>>;
  /** Requests to take of the workload; 0 (default): all. */
  numReqs?: number;
  /** Rescales arrivals to this many requests per second. */
  requestRate?: number;
  /** How a batch is divided where iterations are interleaved, by name or by a rule of one's own; tokens. */
  split?: InstanceOptions["subBatchSplit"] | SplitRule;
  /** Which instance serves a request: a policy, or what makes a router of one's own; LOAD. */
  routing?: RoutingPolicy | RouterSource;
  /** Of routing at random; 42. */
  seed?: number;
  /** Requests that meet it make the goodput of the summary. */
  slo?: ServiceLevel;
  /** Told what the GPU times rest on where a run leaves the measured range, and what speaks against a calibration; nobody by default. */
  onWarning?: (text: string) => void;
}

/** What is simulated, in one mode. */
export interface RunOptions extends CommonOptions {
  /** Attention runs on PIM; false. */
  offload?: boolean;
  /** Two sub-batches in turn, one on the GPU while the other is on PIM; auto: where that is predicted shorter; false. */
  interleave?: boolean | "auto";
  /** Told of requests, iterations, intervals, transfers and energy as they happen. */
  observers?: readonly SimulationObserver[];
  /** Simulated seconds between reports to `onInterval`; 0: one per iteration; 1. */
  logIntervalS?: number;
}

/** What is simulated, and what of it varies. */
export interface SweptOptions extends RunOptions {
  /** Options with the values that they take, as JSON has them; every combination is run, the last axis varying fastest. */
  axes: Readonly<Record<string, readonly JsonValue[]>>;
  /** Names of axes that advance together. */
  zip?: readonly string[];
}

/** What is simulated, in several modes. */
export interface ComparedOptions extends Omit<CommonOptions, "kvOffload"> {
  /** By default all, KV offload to host memory only where it loads anything. */
  modes?: readonly Mode[];
  /** Run again with one thing changed at a time, for where the verdict flips and what it consists of; false. */
  whatIf?: boolean;
}

const func = <F>() => z.custom<F>((value) => typeof value === "function", "expected a function");
const names = (known: readonly string[]): string => `expected one of ${known.join(", ")}, or a function`;

const splitNames = InstanceOptions.shape.subBatchSplit.unwrap();
const routingNames = z.enum(Object.keys(routers) as [RoutingPolicy, ...RoutingPolicy[]]);

/** The interfaces above as schemas; what is given, and the cluster, are checked where they are read. */
const Common = InstanceOptions.omit(renamed).extend({
  cluster: z.union([z.string(), z.looseObject({})], { error: "expected a config or a string" }),
  workload: z.custom<Workload>((value) => value !== undefined, "is missing"),
  models: z.record(z.string(), z.unknown()).optional(),
  gpus: z.record(z.string(), z.unknown()).optional(),
  profiles: z.array(z.custom<NonNullable<GivenInputs["profiles"]>[number]>()).optional(),
  pims: z.record(z.string(), z.custom<NonNullable<GivenInputs["pims"]>[string]>()).optional(),
  gpu: z.string().optional(),
  gpuModel: z.enum(gpuModels).optional(),
  calibration: z.unknown().optional(),
  model: z.string().optional(),
  tp: z.int().positive().optional(),
  pim: z.string().optional(),
  pimAttach: z.enum(pimAttaches).optional(),
  pimMem: z.number().positive().optional(),
  pimLink: z.number().positive().optional(),
  set: z.record(z.string(), z.unknown()).default({}),
  numReqs: z.int().nonnegative().default(0),
  requestRate: z.number().min(1e-6).max(1e9).optional(),
  split: z.union([splitNames, func<SplitRule>()], { error: names(splitNames.options) }).default("tokens"),
  routing: z.union([routingNames, func<RouterSource>()], { error: names(routingNames.options) }).default("LOAD"),
  seed: z.int().nonnegative().default(42),
  slo: z
    .strictObject({ ttftMs: z.number().positive().optional(), tpotMs: z.number().positive().optional() })
    .optional(),
  onWarning: func<(text: string) => void>().optional(),
});

const Run = Common.extend({
  offload: z.boolean().default(false),
  interleave: z.union([z.boolean(), z.literal("auto")], { error: 'expected true, false or "auto"' }).default(false),
  observers: z.array(z.custom<SimulationObserver>((value) => typeof value === "object")).default([]),
  logIntervalS: z.number().nonnegative().default(1),
});

const Compared = Common.omit({ kvOffload: true }).extend({
  modes: z.array(z.enum(modeNames)).optional(),
  whatIf: z.boolean().default(false),
});

/** Options with their defaults, without those of one of the two. */
export type ReadyCommon = Omit<z.output<typeof Common>, "kvOffload">;
export type ReadyRun = z.output<typeof Run>;

/** @throws {TandemError} E_SCHEMA for a field that is unknown or out of bounds, with a suggestion */
export const readRun = (options: unknown): ReadyRun => parseWith(Run, options, "options");

/** The axes, and whatever is the same in every run. */
const Swept = z.looseObject({ axes: SweepFile.shape.axes, zip: SweepFile.shape.zip });

/** @throws {TandemError} E_SCHEMA for axes that are none; what a run takes is left to {@link readRun} */
export const readSwept = (options: unknown): z.output<typeof Swept> => parseWith(Swept, options, "options");

/** @throws {TandemError} E_SCHEMA for a field that is unknown or out of bounds, with a suggestion */
export const readCompared = (options: unknown): z.output<typeof Compared> => parseWith(Compared, options, "options");
