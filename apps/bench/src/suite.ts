/**
 * @module
 * The suite: which scenarios run, in which modes and phases, and all that comes of them. Quick is what the scenarios
 * declare; full is every mode and phase of them, every bundled PIM device with as many channels, placement and split
 * policies, and larger maps.
 */
import { TandemError } from "@tandem-sim/schemas";
import { bundled, findPimFile, readPimDevice } from "@tandem-sim/schemas/node";
import { type JudgedClaim, judgeClaims } from "./claim.js";
import { claims } from "./claims.js";
import { allMaps, type IterationMap } from "./iteration-map.js";
import { type PolicyGrid, policyGrid, policyScenarios } from "./policies.js";
import { runScenario, type ScenarioOutcome } from "./run-scenario.js";
import { bundledScenarios, Phase, type Scenario, ScenarioMode } from "./scenario.js";
import { type Standing, standingsOf } from "./standing.js";
import { suiteVerdict } from "./suite-verdict.js";

export interface SuiteOptions {
  /** Part of the names of the scenarios that run; empty for all. */
  filter: string;
  full: boolean;
  /** Called with the name of what runs next. */
  onProgress?: (name: string) => void;
}

export interface Suite {
  full: boolean;
  /** Whether all scenarios ran: else claims have some of their cases only. */
  complete: boolean;
  outcomes: ScenarioOutcome[];
  /** The load of one scenario on each bundled device, in a full suite. */
  devices: ScenarioOutcome[];
  /** Placement and split policies on some of the loads, in a full suite. */
  policies: PolicyGrid[];
  maps: IterationMap[];
  claims: JudgedClaim[];
  standings: Standing[];
  /** What it all comes to. */
  verdict: string[];
}

const MIB_PER_GIB = 1024;
const DEVICE_CHANNELS = 64;

/** The load of the scenarios about memory, on as many channels of each bundled device. */
function deviceScenarios(): Scenario[] {
  const [load] = bundledScenarios("c-ddr4-128");
  if (!load) return [];
  return bundled.pim.map((device): Scenario => {
    const { channel_size } = readPimDevice(findPimFile(device)).system;
    const mem_size = (DEVICE_CHANNELS * channel_size) / MIB_PER_GIB;
    return {
      ...load,
      name: `${DEVICE_CHANNELS} x ${device}`,
      cluster: { ...load.cluster, cpu_mem: { mem_size, pim_config: device } },
      batch_limits: [],
      expected: [],
    };
  });
}

/** Scenarios with this in their names. @throws {TandemError} E_USAGE where there are none */
function chosen(filter: string): Scenario[] {
  const scenarios = bundledScenarios(filter);
  if (scenarios.length > 0) return scenarios;
  const names = bundledScenarios().map(({ name }) => name);
  throw new TandemError("E_USAGE", `no scenario has "${filter}" in its name`, {
    where: "--filter",
    hint: `there are ${names.join(", ")}`,
  });
}

/** Runs the suite. @throws {TandemError} E_USAGE where the filter leaves nothing */
export async function runSuite({ filter, full, onProgress }: SuiteOptions): Promise<Suite> {
  const also = full ? { modes: ScenarioMode.options, phases: Phase.options } : { modes: [], phases: [] };
  const run = async (scenarios: readonly Scenario[], more: typeof also): Promise<ScenarioOutcome[]> => {
    const outcomes: ScenarioOutcome[] = [];
    for (const scenario of scenarios) {
      onProgress?.(scenario.name);
      outcomes.push(await runScenario(scenario, more));
    }
    return outcomes;
  };
  const outcomes = await run(chosen(filter), { ...also, modes: also.modes.filter((mode) => mode !== "gpu-only") });
  const devices = full && filter === "" ? await run(deviceScenarios(), { modes: [], phases: [] }) : [];
  const policies: PolicyGrid[] = [];
  for (const outcome of full ? outcomes : []) {
    if (!policyScenarios.includes(outcome.scenario.name)) continue;
    onProgress?.(`policies on ${outcome.scenario.name}`);
    policies.push(await policyGrid(outcome));
  }
  onProgress?.("maps");
  const judged = judgeClaims(claims, outcomes);
  const standings = standingsOf(outcomes);
  return {
    full,
    complete: filter === "",
    outcomes,
    devices,
    policies,
    maps: allMaps(full),
    claims: judged,
    standings,
    verdict: suiteVerdict(standings, judged),
  };
}
