import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { InstanceOptions } from "../src/index.js";
import {
  findClusterFile,
  findGpuProfileDir,
  findModelFile,
  findPimFile,
  loadClusterInputs,
  readText,
} from "../src/node/index.js";
import { type Texts, toJson } from "./browser-entry.js";

function folderTexts(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((file) =>
    statSync(join(dir, file)).isFile(),
  );
  return Object.fromEntries(files.map((file) => [file.replaceAll("\\", "/"), readFileSync(join(dir, file), "utf8")]));
}

test("a cluster config and all that it names are parsed from texts, without Node, as they are from files", async () => {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL("browser-entry.ts", import.meta.url))],
    bundle: true,
    write: false,
    platform: "browser",
    format: "iife",
    globalName: "tandem",
    logLevel: "silent",
  });
  const model = "meta-llama/Llama-3.1-8B";
  const source = findClusterFile("single_node_pim_instance");
  const pimName = "DDR4_8GB_3200_pim";
  const texts: Texts = {
    cluster: readText(source),
    model: readText(findModelFile(model)),
    pim: readText(findPimFile(pimName)),
    profile: folderTexts(findGpuProfileDir("RTXPRO6000", model, "bf16")),
  };
  const realm = createContext({ texts, source, pimName, TextEncoder, TextDecoder, URL });
  runInContext(bundle.outputFiles[0]?.text ?? "", realm);
  expect(runInContext("typeof process + typeof Buffer + typeof require", realm)).toBe("undefinedundefinedundefined");
  const inBrowser: unknown = JSON.parse(runInContext("tandem.inputsOf(texts, source, pimName)", realm));
  expect(inBrowser).toEqual(JSON.parse(toJson(loadClusterInputs(source, InstanceOptions.parse({})))));
});
