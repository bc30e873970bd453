/**
 * @module
 * How many layers the model of a profile has.
 */
import { TandemError } from "@tandem-sim/schemas";
import { findModelFile, readModelConfig } from "@tandem-sim/schemas/node";
import { warn } from "../terminal.js";

/** Layers of Llama-3.1-8B: what an iteration is taken to have where the model's config is not at hand. */
const USUAL_LAYERS = 32;

/** Decoder layers of the model. Where its config is not known, the usual number with a warning, unless `quiet`. */
export function layersOfModel(model: string, { quiet = false }: { quiet?: boolean } = {}): number {
  try {
    return readModelConfig(findModelFile(model)).num_hidden_layers;
  } catch (error) {
    if (!(error instanceof TandemError && error.code === "E_NOT_FOUND")) throw error;
    if (!quiet) warn(`no config of ${model}: an iteration is taken to have ${USUAL_LAYERS} layers`);
    return USUAL_LAYERS;
  }
}
