/**
 * @module
 * What `tandem profile list` says of the bundled GPU profiles.
 */
import { bundled, findGpuProfileDir, readProfileMeta } from "@tandem-sim/schemas/node";
import type { Listed } from "./bundled-list.js";

/** `<hardware>/<org>/<model>/<variant>/tp<N>`, as the manifest has it. */
const parts = /^(?<hardware>[^/]+)\/(?<model>.+)\/(?<variant>[^/]+)\/tp(?<tp>\d+)$/;

export function listedProfiles(): Listed[] {
  return bundled.gpu.map((path) => {
    const { hardware = "", model = "", variant = "", tp = "" } = parts.exec(path)?.groups ?? {};
    const { meta } = readProfileMeta(findGpuProfileDir(hardware, model, variant));
    return { name: `${hardware}/${model}/${variant}`, gpu: meta.gpu ?? hardware, model, variant, tp: Number(tp) };
  });
}
