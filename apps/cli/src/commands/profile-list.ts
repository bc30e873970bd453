/**
 * @module
 * What `tandem profile list` says of the bundled GPUs: measured profiles, and spec sheets that any dense model runs on.
 */
import { deviceName, tierOf } from "@tandem-sim/schemas";
import { bundled, findGpuProfileDir, findGpuSpecFile, readProfileMeta, readSpecSheet } from "@tandem-sim/schemas/node";
import type { Listed } from "./bundled-list.js";

/** `<hardware>/<org>/<model>/<variant>/tp<N>`, as the manifest has it. */
const parts = /^(?<hardware>[^/]+)\/(?<model>.+)\/(?<variant>[^/]+)\/tp(?<tp>\d+)$/;

const measured = (): Listed[] =>
  bundled.gpu.map((path) => {
    const { hardware = "", model = "", variant = "", tp = "" } = parts.exec(path)?.groups ?? {};
    const { meta } = readProfileMeta(findGpuProfileDir(hardware, model, variant));
    const name = `${hardware}/${model}/${variant}`;
    return { name, gpu: meta.gpu ?? hardware, model, type: variant, tp, times: "measured" };
  });

const fromSpecSheets = (): Listed[] =>
  bundled.gpuSpec.map((name) => {
    const spec = readSpecSheet(findGpuSpecFile(name));
    return { name, gpu: deviceName(spec), model: "any dense", type: "any", tp: "any", times: tierOf(spec) };
  });

export const listedProfiles = (): Listed[] => [...measured(), ...fromSpecSheets()];
