/**
 * @module
 * Every kind of file that a command reads, each bundled one among them, and commands that read it.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../tandem.js";
import * as samples from "./samples.js";

/** Files of a case by their path in its folder, of which one is edited, and what is run on them. */
export interface Subject {
  files: Readonly<Record<string, string>>;
  /** The file that is edited. */
  edited: string;
  commands: readonly (readonly string[])[];
}

/** Files of a bundled folder by their path in it. */
function filesIn(folder: string): Record<string, string> {
  const dir = join(repository, folder);
  const names = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(dir, name)).isFile(),
  );
  return Object.fromEntries(
    names.sort().map((name) => [name.replaceAll("\\", "/"), readFileSync(join(dir, name), "utf8")]),
  );
}

const offload = ["--enable-attn-offloading", "--enable-sub-batch-interleaving"];
/** A run with the least that it writes. */
const serve = (...flags: string[]): string[] => [
  ...["run", "--dataset", "tiny.jsonl", "--no-verdict", "--output", "out/r.csv", "--summary", "out/s.json"],
  ...flags,
];
/** What else it can write. */
const everything = ["--timeline", "out/t.json", "--trace-dir", "out/traces", "--trace-limit", "1", "--verdict"];
const powerSeries = ["--power-series", "out/p.csv"];
const tiny = { "tiny.jsonl": samples.llmservingsim };

const clusters = Object.entries(filesIn("configs/cluster")).map(([name, text]): Subject => {
  const power = text.includes('"power"') ? powerSeries : [];
  const run = serve("--cluster-config", `./${name}`, ...power);
  const pim = text.includes("pim_config") ? [[...run, ...offload]] : [];
  const whole = name.startsWith("single") ? [[...run, ...everything]] : [];
  return { files: { [name]: text, ...tiny }, edited: name, commands: [run, ...pim, ...whole] };
});

const devices = Object.entries(filesIn("configs/pim")).map(([name, text], i): Subject => {
  const show = ["pim", "show", `./${name}`, "--context", "128", "--gpu", "none"];
  const costly = [[...show, "--plot", "out/plot.svg"], serve("--pim", `./${name}`, ...offload)];
  return {
    files: { [name]: text, ...tiny },
    edited: name,
    commands: [[...show, "--json"], [...show, "--attach", "gpu"], ...(i === 0 ? costly : [])],
  };
});

/** A GPU that holds any model. */
const anyModel = ["--gpu", "H100", "--gpu-model", "analytic", "--set", "nodes.0.instances.0.npu_mem.mem_size=4096"];

const models = Object.entries(filesIn("configs/model")).map(([path, text]): Subject => {
  const model = ["--model", `./${path}`];
  return {
    files: { [path]: text, ...tiny },
    edited: path,
    commands: [
      serve(...model, ...anyModel),
      ["pim", "show", "DDR4_8GB_3200_pim", ...model, "--json", "--context", "128"],
      ["profile", "show", "H100", ...model, "--json", "--context", "128"],
      ...(path.includes("3.1-8B") ? [serve(...model, ...anyModel, ...offload)] : []),
    ],
  };
});

const isSpec = ([path]: [string, string]): boolean => path.endsWith("spec.json");
const gpus = filesIn("configs/gpu");

const specs = Object.entries(gpus)
  .filter(isSpec)
  .map(
    ([, text]): Subject => ({
      files: { "spec.json": text, ...tiny },
      edited: "spec.json",
      commands: [
        serve("--gpu", "./spec.json", "--gpu-model", "analytic"),
        ["profile", "show", "./spec.json", "--json"],
        ["profile", "show", "./spec.json", "--context", "512", "--tp", "2"],
      ],
    }),
  );

/** A file of a folder each. */
const inFolder = (files: Record<string, string>, commands: Subject["commands"]): Subject[] =>
  Object.keys(files).map((edited) => ({ files: { ...files, ...tiny }, edited, commands }));

const within = (folder: string, files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

const bundledProfile = filesIn("configs/gpu/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16");
const showProfile = ["profile", "show", "./profile", "--context", "128"];
const profileCommands = [serve("--gpu-profile", "./profile"), showProfile, [...showProfile, "--json"]];
const profiles = [bundledProfile, samples.bundle].flatMap((files) =>
  inFolder(within("profile", files), profileCommands),
);

const formats = { "l.jsonl": samples.llmservingsim, "m.jsonl": samples.mooncake, "a.csv": samples.azure };
const workloads = [
  ...Object.entries(formats).flatMap(([name, text]): Subject[] => [
    {
      files: { [name]: text, ...tiny },
      edited: name,
      commands: [
        [...serve(...everything, ...powerSeries), "--dataset", `./${name}`],
        ["workload", "describe", `./${name}`, "--json"],
        ["workload", "convert", `./${name}`, "--out", "out/w.jsonl"],
      ],
    },
  ]),
  ...Object.entries(filesIn("workloads"))
    .filter(([name]) => name.endsWith(".jsonl"))
    .map(
      ([name, text]): Subject => ({
        files: { [name]: text },
        edited: name,
        commands: [["workload", "describe", `./${name}`]],
      }),
    ),
];

const recording = within("recorded", samples.recording);
const recordings = [
  ...inFolder(recording, [["validate", "--vllm", "recorded", "--json"]]),
  ...inFolder({ "bench.json": samples.bench }, [["validate", "--vllm", "bench.json", "--json"]]),
  ...inFolder({ "c.json": samples.calibration }, [serve("--gpu-calibration", "./c.json")]),
  ...inFolder({ "sweep.yaml": samples.sweep }, [["sweep", "./sweep.yaml", "--out", "swept", "--jobs", "1"]]),
  ...inFolder({ "points.csv": samples.points }, [
    ["profile", "calibrate", "./points.csv", "--gpu", "L4", "--out", "out/l4.json"],
  ]),
];

/** In the order in which they are picked. */
export const subjects: readonly Subject[] = [
  ...clusters,
  ...devices,
  ...models,
  ...specs,
  ...profiles,
  ...workloads,
  ...recordings,
];
