/**
 * @module
 * A cell made ready to run: its flags parsed, its inputs loaded, its plan made, as `tandem run` does before it simulates.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { inMode, type PlanInputs } from "@tandem-sim/engine";
import { isPath, TandemError } from "@tandem-sim/schemas";
import { createReaders, findWorkloadFile } from "@tandem-sim/schemas/node";
import type { Settings } from "@tandem-sim/sweep";
import type { Workload } from "@tandem-sim/workload";
import type { Planned } from "../serve-mode.js";
import { asTheyArrive, checkRequests, loadCluster, openRequests, planRun } from "../simulate.js";
import type { SimulationFlags } from "../simulation-flags.js";
import { cellFlags } from "./cell-flags.js";

/** A cell that can run, or why its cluster cannot serve its load. */
export interface PreparedCell {
  flags: SimulationFlags;
  inputs: PlanInputs;
  workload: Workload;
  planned: Planned | { doesNotFit: TandemError };
}

/** What depends on the machine: where a file lies. Its content counts, and is in the inputs. */
const machineKeys = new Set(["$schema", "source"]);

function plain(key: string, value: unknown): unknown {
  if (machineKeys.has(key)) return undefined;
  if ((key === "model_name" || key === "pim_config") && typeof value === "string" && isPath(value)) {
    return basename(value);
  }
  return value instanceof Map ? [...value] : value;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** SHA-256 of a sweep: of the keys of all its cells, in order. */
export const manifestOf = (keys: readonly string[]): string => sha256(keys.join("\n"));

/** Makes cells ready. What they share is read, parsed and hashed once. */
export class CellInputs {
  private readonly readers = createReaders();
  private readonly workloads = new Map<string, Promise<Workload>>();
  private readonly fileHashes = new Map<string, Promise<string>>();
  private readonly profileHashes = new WeakMap<object, string>();

  /** @throws {TandemError} for all but a load that does not fit */
  async prepare(settings: Settings): Promise<PreparedCell> {
    const { flags, mode } = cellFlags(settings);
    const loaded = loadCluster(flags, this.readers);
    const inputs = mode ? inMode(loaded, mode) : loaded;
    const workload = asTheyArrive(await this.requests(flags), flags);
    try {
      const planned = planRun(flags, inputs);
      await checkRequests(planned.plan, workload, flags.dataset);
      return { flags, inputs, workload, planned };
    } catch (error) {
      if (!(error instanceof TandemError) || error.code !== "E_CAPACITY") throw error;
      return { flags, inputs, workload, planned: { doesNotFit: error } };
    }
  }

  /**
   * SHA-256 of everything that a cell's figures depend on.
   *
   * @param beside what they depend on that is in no cell: the version, what is kept
   */
  async keyOf({ flags, inputs }: PreparedCell, beside: unknown): Promise<string> {
    const { requestRoutingPolicy, seed, slo, numReqs, requestRate } = flags;
    const hashed = {
      beside,
      flags: { requestRoutingPolicy, seed, slo, numReqs, requestRate },
      dataset: await this.fileHash(findWorkloadFile(flags.dataset)),
      cluster: inputs.cluster,
      calibration: inputs.calibration,
      nodes: inputs.nodes.map((node) => ({
        ...node,
        instances: node.instances.map(({ profile, ...instance }) => ({
          ...instance,
          profile: profile && this.profileHash(profile),
        })),
      })),
    };
    return sha256(JSON.stringify(hashed, plain));
  }

  private requests({ dataset, numReqs }: SimulationFlags): Promise<Workload> {
    const file = findWorkloadFile(dataset);
    const name = `${numReqs} ${file}`;
    const known = this.workloads.get(name) ?? openRequests(file, numReqs);
    this.workloads.set(name, known);
    return known;
  }

  private fileHash(file: string): Promise<string> {
    const known = this.fileHashes.get(file) ?? hashOfFile(file);
    this.fileHashes.set(file, known);
    return known;
  }

  private profileHash(profile: object): string {
    const known = this.profileHashes.get(profile) ?? sha256(JSON.stringify(profile, plain));
    this.profileHashes.set(profile, known);
    return known;
  }
}

async function hashOfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const block of createReadStream(file)) hash.update(block);
  return hash.digest("hex");
}
