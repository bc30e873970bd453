/**
 * @module
 * `tandem model`: the bundled models.
 */
import { weightBytes } from "@tandem-sim/hardware";
import { attentionShape, modelDtype } from "@tandem-sim/schemas";
import { bundled, findModelFile, readModelConfig } from "@tandem-sim/schemas/node";
import { Command } from "commander";
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

/** The `model` command. */
export const modelCommand = (): Command =>
  new Command("model")
    .description("List the models that --model takes by name")
    .addCommand(listCommand("model", "models", listedModels, "tandem compare --gpu H100 --model Qwen/Qwen3-8B"));
