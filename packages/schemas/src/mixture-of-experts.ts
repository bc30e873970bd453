/**
 * @module
 * The one place that knows mixture-of-experts models, and refuses them.
 */
import { TandemError } from "./errors.js";
import type { ModelConfig } from "./model.js";

/** Config keys that say how many experts a layer has, over the families that have any. */
const expertKeys = ["num_experts", "num_local_experts", "n_routed_experts"] as const;

const namesExperts = (modelType: string): boolean => /moe|mixtral|deepseek/.test(modelType);

/** What of a model config says that its layers have experts; undefined where they are dense. */
export function expertsOf(model: Pick<ModelConfig, "model_type"> & Record<string, unknown>): string | undefined {
  const key = expertKeys.find((name) => Number(model[name] ?? 0) > 0);
  if (key) return `${key} ${model[key]}`;
  return namesExperts(model.model_type) ? `model_type ${model.model_type}` : undefined;
}

/** @param found what says that there are experts */
export const expertsRefused = (found: string, place: { where?: string; hint?: string }): TandemError =>
  new TandemError("E_UNSUPPORTED", `mixture-of-experts models are not simulated yet (${found})`, place);
