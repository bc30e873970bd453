/**
 * @module
 * What the GPUs of an instance lose to adding up their results.
 */
import { type CollectiveCosts, createCollectiveCosts, ringAllReduce } from "@tandem-sim/hardware";
import { type ClusterConfig, TandemError } from "@tandem-sim/schemas";

/** The link between GPUs as the config has it, and where the config stands. */
export interface InterGpuLink {
  cluster: Pick<ClusterConfig, "link_bw" | "link_latency">;
  /** File name, for errors. */
  source: string;
}

/**
 * @returns null for one GPU
 * @throws {TandemError} E_SCHEMA where several have no link
 */
export function planCollective({
  gpus,
  link,
  memoryGBps,
  bytesPerToken,
}: {
  gpus: number;
  link: InterGpuLink;
  memoryGBps: number;
  /** Of activations. */
  bytesPerToken: number;
}): CollectiveCosts | null {
  if (gpus === 1) return null;
  const given = (field: "link_bw" | "link_latency"): number => {
    const value = link.cluster[field];
    if (value !== undefined) return value;
    throw new TandemError("E_SCHEMA", `${gpus} GPUs of an instance need a link between them`, {
      where: `${link.source}: $.${field}`,
      hint: "two GPUs over PCIe through the host, as LLMServingSim has them: link_bw 16 (GB/s), link_latency 20000 (ns)",
    });
  };
  const ring = { gpus, linkGiBps: given("link_bw"), linkLatencyNs: given("link_latency"), memoryGBps };
  return createCollectiveCosts(gpus, bytesPerToken, ringAllReduce(ring));
}
