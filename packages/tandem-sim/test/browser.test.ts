import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import {
  findClusterFile,
  findGpuSpecFile,
  findModelFile,
  findPimFile,
  findWorkloadFile,
} from "@tandem-sim/schemas/node";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { simulate } from "../src/node/index.js";

const text = (file: string): string => readFileSync(file, "utf8");

test("from texts alone, bundled for a browser, in a realm with nothing of Node, it gives what it gives from files", async () => {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL("../src/index.ts", import.meta.url))],
    bundle: true,
    write: false,
    platform: "browser",
    format: "iife",
    globalName: "tandem",
    conditions: ["@tandem-sim/source"],
    logLevel: "silent",
  });
  const code = bundle.outputFiles[0]?.text ?? "";
  expect(code).not.toMatch(/\brequire\("node:|\bfrom "node:/);
  const switches = { offload: true, interleave: "auto", gpu: "H100" } as const;
  const options = {
    ...switches,
    cluster: text(findClusterFile("single_node_pim_instance")),
    workload: text(findWorkloadFile("example_trace")),
    models: { "meta-llama/Llama-3.1-8B": text(findModelFile("meta-llama/Llama-3.1-8B")) },
    gpus: { H100: text(findGpuSpecFile("H100")) },
    pims: { DDR4_8GB_3200_pim: text(findPimFile("DDR4_8GB_3200_pim")) },
  };
  const realm = createContext({ options, TextEncoder, TextDecoder, URL, performance, setTimeout });
  runInContext(code, realm);
  expect(runInContext("typeof process + typeof Buffer + typeof require", realm)).toBe("undefinedundefinedundefined");
  const inBrowser = await runInContext("tandem.simulate(options).then(JSON.stringify)", realm);
  expect(JSON.parse(inBrowser)).toEqual(JSON.parse(JSON.stringify(await simulate(switches))));
});
