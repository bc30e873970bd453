import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { configsUrl, manifest } from "@tandem-sim/configs";
import { manifest as workloads, workloadsUrl } from "@tandem-sim/workloads";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type JsonSchemaName, jsonSchemas, ownPim, parseWith, WorkloadLine } from "../src/index.js";
import {
  findClusterFile,
  findModelFile,
  findPimFile,
  findWorkloadFile,
  readClusterConfig,
  readGpuProfile,
  readJson,
  readModelConfig,
  readPimDevice,
} from "../src/node/index.js";

const configs = fileURLToPath(configsUrl);
const workloadsDir = fileURLToPath(workloadsUrl);

/** Files below `folder` that end in `ending`, relative to it, with forward slashes, in order. */
const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending) && !file.includes("node_modules"))
    .map((file) => file.split(sep).join("/"))
    .sort();

const namesIn = (folder: string, ending: string): string[] =>
  filesIn(join(configs, folder), ending).map((file) => file.slice(0, -ending.length));

describe("the manifest of configs lists the files that are there, in order", () => {
  test.each([
    ["cluster", ".json"],
    ["model", ".json"],
    ["pim", ".ini"],
  ] as const)("%s", (kind, ending) => {
    expect(manifest[kind]).toEqual(namesIn(kind, ending));
  });

  test("gpu", () => {
    expect(manifest.gpu).toEqual(namesIn("gpu", "/dense.csv"));
    expect(manifest.gpuSpec).toEqual(namesIn("gpu", "/spec.json"));
  });
});

describe("every bundled config is valid", () => {
  test.each(manifest.cluster)("cluster %s, and what it names is bundled", (name) => {
    const file = findClusterFile(name);
    for (const node of readClusterConfig(file).nodes) {
      if (node.cpu_mem.pim_config) expect(manifest.pim).toContain(node.cpu_mem.pim_config);
      for (const instance of node.instances) {
        expect(manifest.model).toContain(instance.model_name);
        const measured = manifest.gpu.join().includes(`${instance.hardware}/${instance.model_name}/`);
        expect(measured || manifest.gpuSpec.includes(instance.hardware)).toBe(true);
        const own = ownPim(instance);
        if (own) expect(manifest.pim).toContain(own.config);
      }
    }
  });

  test.each(manifest.model)("model %s", (name) => {
    expect(() => readModelConfig(findModelFile(name))).not.toThrow();
  });

  test.each(manifest.pim)("PIM device %s, whose channels fill a 512 GiB node", (name) => {
    const device = readPimDevice(findPimFile(name));
    expect(device.name).toBe(name);
    expect(device.unknownKeys).toEqual([]);
    expect((512 * 1024) % device.system.channel_size).toBe(0);
  });

  test.each(manifest.gpu)("GPU profile %s", (name) => {
    const [, folder, tp] = /^(.*)\/tp(\d+)$/.exec(name) as unknown as [string, string, string];
    expect(readGpuProfile(join(configs, "gpu", folder), Number(tp)).attention.timeUs).not.toHaveLength(0);
  });
});

describe("every bundled JSON file that people write points to its JSON Schema, and fits it", () => {
  const published = Object.keys(jsonSchemas).map((name) => `${name as JsonSchemaName}.schema.json`);
  const files = filesIn(configs, ".json").filter((file) => !/^package\.json$|^schema\/|\/parsed\.json$/.test(file));

  test.each(files)("%s", (file) => {
    const path = join(configs, file);
    const content = readJson(path) as { $schema: string };
    const target = resolve(dirname(path), content.$schema);
    expect(published).toContain(relative(join(configs, "schema"), target));
    expect(z.fromJSONSchema(readJson(target) as z.core.JSONSchema.JSONSchema).safeParse(content).error).toBeUndefined();
  });
});

describe("bundled workloads", () => {
  test("are the ones that the manifest lists", () => {
    const files = [...filesIn(workloadsDir, ".jsonl"), ...filesIn(workloadsDir, ".csv")];
    expect(workloads.map((entry) => entry.file).sort()).toEqual(files);
  });

  test.each(workloads.filter((entry) => entry.file.endsWith(".jsonl")))("$name has valid lines", ({ name }) => {
    const file = findWorkloadFile(name);
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    lines.forEach((line, index) => {
      parseWith(WorkloadLine, JSON.parse(line), `${file}:${index + 1}`);
    });
    expect(lines.length).toBeGreaterThan(0);
  });
});
