/** Folder of the bundled workloads, with a trailing slash. */
export const workloadsUrl = new URL("./", import.meta.url);

/**
 * Names of the bundled workloads, and the command that made each. Those with random lengths were drawn with the random numbers of Tandem before
 * pure-rand and stay as they are, since all published figures rest on them; today the commands make others like them.
 */
export const manifest = [
  {
    name: "example_trace",
    file: "example_trace.jsonl",
    description: "10 short chat requests within a second, some with one of two system prompts of one KV block",
    source:
      "tandem workload generate --num-reqs 10 --request-rate 10 --input-lengths uniform:2:24 --output-lengths uniform:9:110 --prefix-groups 2 --prefix-tokens 16 --prefix-share 0.6 --seed 7",
  },
  {
    name: "prefill_heavy",
    file: "prefill_heavy.jsonl",
    description: "400 prompts of about 128 tokens with outputs of about 16, 120 per second",
    source:
      "tandem workload generate --num-reqs 400 --request-rate 120 --input-lengths lognormal:128:0.2 --output-lengths lognormal:16:0.3 --seed 42",
  },
  {
    name: "decode_heavy",
    file: "decode_heavy.jsonl",
    description: "256 prompts of about 256 tokens with outputs up to 1024: batches of 128, contexts up to 1280",
    source:
      "tandem workload generate --num-reqs 256 --request-rate 16 --input-lengths lognormal:256:0.2 --output-lengths lognormal:960:0.1:1024 --seed 42",
  },
  {
    name: "mixed",
    file: "mixed.jsonl",
    description: "300 requests with lengths spread as in ShareGPT conversations, 10 per second",
    source:
      "tandem workload generate --num-reqs 300 --request-rate 10 --input-lengths lognormal:250:1 --output-lengths lognormal:250:0.8 --seed 42",
  },
  {
    name: "near_capacity",
    file: "near_capacity.jsonl",
    description: "500 prompts of about 512 tokens with outputs of about 700, 8 per second: what one GPU can just serve",
    source:
      "tandem workload generate --num-reqs 500 --request-rate 8 --input-lengths lognormal:512:0.5 --output-lengths lognormal:700:0.4 --seed 42",
  },
  {
    name: "batch_256",
    file: "batch_256.jsonl",
    description: "256 prompts of 512 tokens at once with outputs of 1024: one large batch from start to end",
    source:
      "tandem workload generate --num-reqs 256 --request-rate inf --input-lengths fixed:512 --output-lengths fixed:1024",
  },
];
