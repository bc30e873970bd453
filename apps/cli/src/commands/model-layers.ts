/**
 * @module
 * How many layers the model of a profile has.
 */
import { findModelFile, readModelConfig } from "@tandem-sim/schemas/node";
import { ifFound } from "../if-found.js";
import { warn } from "../terminal.js";

/** Layers of Llama-3.1-8B: what an iteration is taken to have where the model's config is not at hand. */
const USUAL_LAYERS = 32;

/** Decoder layers of the model. Where its config is not known, the usual number with a warning, unless `quiet`. */
export function layersOfModel(model: string, { quiet = false }: { quiet?: boolean } = {}): number {
  const config = ifFound(() => readModelConfig(findModelFile(model)));
  if (config) return config.num_hidden_layers;
  if (!quiet) warn(`no config of ${model}: an iteration is taken to have ${USUAL_LAYERS} layers`);
  return USUAL_LAYERS;
}
