/**
 * @module
 * The parts that a node's energy is told by, in the order of every table.
 */

/** `base` is the node's base power, NICs and storage. */
export const components = [
  "npu_active",
  "npu_standby",
  "npu_idle",
  "cpu",
  "dram",
  "pim_compute",
  "link",
  "base",
] as const;
export type Component = (typeof components)[number];

/** One figure per component: J or W, as the owner says. */
export type ByComponent = Record<Component, number>;

/** Sum over the components, always in the same order. */
export function totalOf(parts: Readonly<ByComponent>): number {
  let total = 0;
  for (const component of components) total += parts[component];
  return total;
}

/** A figure for each component. */
export function mapComponents(figure: (component: Component) => number): ByComponent {
  return Object.fromEntries(components.map((component) => [component, figure(component)])) as ByComponent;
}
