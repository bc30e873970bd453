/** Folder of the bundled configs, with a trailing slash. */
export const configsUrl = new URL("./", import.meta.url);

/** Names of the bundled configs by kind. A test holds this list against the files. */
export const manifest = {
  cluster: [
    "papers/attacc",
    "papers/llmservingsim_a6000",
    "papers/neupims",
    "single_node_gpu_instance",
    "single_node_pim_instance",
    "two_instances_pim",
  ],
  model: [
    "Qwen/Qwen3-32B",
    "Qwen/Qwen3-8B",
    "facebook/OPT-66B",
    "meta-llama/LLaMA-65B",
    "meta-llama/Llama-2-70B",
    "meta-llama/Llama-2-7B",
    "meta-llama/Llama-3.1-70B",
    "meta-llama/Llama-3.1-8B",
    "mistralai/Mistral-7B-v0.3",
    "openai/GPT-3-175B",
    "openai/GPT-3-6.7B",
  ],
  pim: [
    "DDR4_8GB_3200_pim",
    "DDR5_8GB_4800_pim",
    "GDDR6_512MB_16000_aim",
    "HBM2_1GB_2000_neupims",
    "HBM2_1GB_2000_neupims_one_buffer",
    "HBM2_1GB_2000_pim",
    "HBM3_512MB_5200_attacc",
    "HBM3_512MB_6400_pim",
    "LPDDR4X_2GB_4266_pim",
    "LPDDR5_2GB_6400_pim",
  ],
  gpu: ["RTXPRO6000/meta-llama/Llama-3.1-8B/bf16/tp1"],
  gpuSpec: [
    "A100",
    "A6000",
    "AttAcc-GPU",
    "B200",
    "H100",
    "H200",
    "L4",
    "L40S",
    "NeuPIMs-NPU",
    "RTX4090",
    "RTXPRO6000",
  ],
};
