/**
 * @module
 * A decoder whose q, k and v go through a switch on their way from the link to the PIM channels: a kind of resource that no
 * source knows. It is one more stage in a graph, and what that costs.
 */
import { ABSENT, type BatchTable, type DecoderGraph, type Resource } from "@tandem-sim/trace";

const HOP = "hop";

const networkSwitch: Resource = {
  name: "switch",
  kind: "switch",
  units: 1,
  copies: 1,
  firstDevice: null,
  explainsIdle: true,
};

/** A hop behind every transfer up. Stages and resources of the graph keep their indices. */
export function withSwitch(graph: DecoderGraph): DecoderGraph {
  const stages = [...graph.stages];
  const hopOf = new Map<number, number>();
  graph.of.forEach(({ offload }, subBatch) => {
    if (!offload?.link) return;
    const { pim } = offload;
    const { up } = offload.link;
    hopOf.set(up, stages.length);
    // An absent hop holds nobody up, so PIM waits for the transfer as well.
    stages[pim] = { ...stages[pim], after: [up, stages.length] };
    stages.push({ name: HOP, subBatch, resource: graph.resources.length, after: [up], firstLayer: 1 });
  });
  if (hopOf.size === 0) return graph;
  const withHops = (order: readonly number[]): number[] =>
    order.flatMap((stage) => {
      const hop = hopOf.get(stage);
      return hop === undefined ? [stage] : [stage, hop];
    });
  return {
    ...graph,
    resources: [...graph.resources, networkSwitch],
    stages,
    segments: graph.segments.map(({ order, repeat }) => ({ order: withHops(order), repeat })),
    layer: withHops(graph.layer),
  };
}

/** What goes up goes through the switch, in half the time that the tiny cluster's link takes. */
export function costSwitch({ graph, ns, offset, bytes }: BatchTable): void {
  graph.stages.forEach(({ name, after: [up] }, hop) => {
    if (name !== HOP) return;
    const upNs = ns[offset[up]];
    bytes[hop] = bytes[up];
    ns[offset[hop]] = upNs === ABSENT ? ABSENT : Math.ceil(upNs / 2);
  });
}
