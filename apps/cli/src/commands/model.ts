/**
 * @module
 * `tandem model`: the bundled models.
 */
import { weightBytes } from "@tandem-sim/hardware";
import { attentionShape, modelDtype } from "@tandem-sim/schemas";
import { bundled, findModelFile, readModelConfig } from "@tandem-sim/schemas/node";
import type { Command } from "commander";
import { type Listed, listCommand } from "./bundled-list.js";

const listedModels = (): Listed[] =>
  bundled.model.map((name) => {
    const model = readModelConfig(findModelFile(name));
    const { heads, kvHeads, headDim } = attentionShape(model);
    return {
      name,
      parameters: `${(weightBytes(model, 1) / 1e9).toFixed(1)}B`,
      layers: model.num_hidden_layers,
      hidden: model.hidden_size,
      heads: `${heads} / ${kvHeads} KV x ${headDim}`,
      context: model.max_position_embeddings,
      type: modelDtype(model),
    };
  });

/** Subcommands of `model`. */
export const modelCommand = (command: Command): Command =>
  command.addCommand(listCommand("model", "models", listedModels, "tandem compare --gpu H100 --model Qwen/Qwen3-8B"));
