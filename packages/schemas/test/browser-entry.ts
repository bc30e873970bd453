/**
 * @module
 * What the browser test bundles: everything that a cluster config names, from texts.
 */
import {
  ClusterConfig,
  InstanceOptions,
  ModelConfig,
  parseGpuProfile,
  parseJson,
  parsePimIni,
  parseWith,
  resolveCluster,
} from "../src/index.js";

export interface Texts {
  cluster: string;
  model: string;
  pim: string;
  /** By path in the profile's folder. */
  profile: Record<string, string>;
}

/** Maps as their entries, so that two realms can be compared. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (part instanceof Map ? [...part] : part));

export function inputsOf(texts: Texts, source: string, pimName: string): string {
  const cluster = parseWith(ClusterConfig, parseJson(texts.cluster, source), source);
  const folder = { source: "profile", text: (path: string) => texts.profile[path] };
  return toJson(
    resolveCluster(cluster, source, InstanceOptions.parse({}), {
      model: () => parseWith(ModelConfig, parseJson(texts.model, "model"), "model"),
      profile: ({ tp }) => parseGpuProfile(folder, tp),
      pim: () => parsePimIni(texts.pim, "pim", pimName),
    }),
  );
}
