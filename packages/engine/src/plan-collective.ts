/**
 * @module
 * What the GPUs of an instance lose to adding up their results.
 */
import {
  type AllReduceNs,
  type CollectiveCosts,
  createCollectiveCosts,
  fittedAllReduce,
  fittedLinkOf,
  ringAllReduce,
} from "@tandem-sim/hardware";
import { type ClusterConfig, type SpecSheet, TandemError } from "@tandem-sim/schemas";

/** The link between GPUs as the config has it, and where the config stands. */
export interface InterGpuLink {
  cluster: Pick<ClusterConfig, "link_bw" | "link_latency">;
  /** File name, for errors. */
  source: string;
}

/** What the all-reduces of an instance depend on. */
interface CollectiveSource {
  gpus: number;
  link: InterGpuLink;
  /** Null where the GPU's times were measured. */
  spec: SpecSheet | null;
  memoryGBps: number;
  /** All-reduces run so many times as fast, as a recorded run says. */
  efficiency: number;
  /** Of activations. */
  bytesPerToken: number;
}

/** The config's link, as LLMServingSim has it; else the one that the spec sheet names, if its kind has any. */
function allReduce({ gpus, link, spec, memoryGBps }: CollectiveSource): AllReduceNs {
  const { link_bw: linkGiBps, link_latency: linkLatencyNs } = link.cluster;
  if (linkGiBps !== undefined && linkLatencyNs !== undefined)
    return ringAllReduce({ gpus, linkGiBps, linkLatencyNs, memoryGBps });
  if (linkGiBps === undefined && linkLatencyNs === undefined && spec && "links" in spec)
    return fittedAllReduce(fittedLinkOf(spec.links), gpus);
  const missing = linkGiBps === undefined ? "link_bw" : "link_latency";
  throw new TandemError("E_SCHEMA", `${gpus} GPUs of an instance need a link between them`, {
    where: `${link.source}: $.${missing}`,
    hint: "two GPUs over PCIe through the host, as LLMServingSim has them: link_bw 16 (GB/s), link_latency 20000 (ns)",
  });
}

/**
 * @returns null for one GPU
 * @throws {TandemError} E_SCHEMA where several have no link
 */
export function planCollective(source: CollectiveSource): CollectiveCosts | null {
  const { gpus, bytesPerToken, efficiency } = source;
  if (gpus === 1) return null;
  const stated = allReduce(source);
  const reached: AllReduceNs = (bytes) => Math.round(stated(bytes) / efficiency);
  return createCollectiveCosts(gpus, bytesPerToken, efficiency === 1 ? stated : reached);
}
