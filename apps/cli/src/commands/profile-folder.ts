/**
 * @module
 * What the profile commands need to know of a profile folder.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Architecture, architectures } from "@tandem-sim/hardware";
import { type CompactProfileMeta, type RawProfileMeta, TandemError } from "@tandem-sim/schemas";
import { findModelFile, readModelConfig } from "@tandem-sim/schemas/node";

/** Layers of Llama-3.1-8B: what an iteration is taken to have where the model's config is not at hand. */
const USUAL_LAYERS = 32;

/** @throws {TandemError} E_UNSUPPORTED for mixture-of-experts and unknown architectures */
export function architectureOfProfile(meta: CompactProfileMeta | RawProfileMeta, where: string): Architecture {
  const known = Object.hasOwn(architectures, meta.architecture) ? architectures[meta.architecture] : undefined;
  if (known) return known;
  const experts = /moe|mixtral|deepseek/.test(meta.architecture);
  throw new TandemError(
    "E_UNSUPPORTED",
    experts
      ? `mixture-of-experts profiles are not supported yet (architecture ${meta.architecture})`
      : `no layer list for architecture "${meta.architecture}"`,
    { where, hint: `supported: dense ${Object.keys(architectures).join(", ")}` },
  );
}

/** Decoder layers of the model, and whether they are known from its config. */
export function layersOfModel(model: string): { layers: number; known: boolean } {
  try {
    return { layers: readModelConfig(findModelFile(model)).num_hidden_layers, known: true };
  } catch (error) {
    if (error instanceof TandemError && error.code === "E_NOT_FOUND") return { layers: USUAL_LAYERS, known: false };
    throw error;
  }
}

/** The degrees that the profile lists, by whether their tables are there. */
export function degreesOnDisk(dir: string, degrees: readonly number[]): { present: number[]; absent: number[] } {
  const present = degrees.filter((tp) => existsSync(join(dir, `tp${tp}`)));
  return { present, absent: degrees.filter((tp) => !present.includes(tp)) };
}
