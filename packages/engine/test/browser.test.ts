import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { InstanceOptions } from "@tandem-sim/schemas";
import { findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { loadWorkload } from "@tandem-sim/workload/node";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { createPlan, inMode, simulate } from "../src/index.js";

test("the engine runs in a browser: bundled for one, in a realm with nothing of Node, it gives the same result", async () => {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL("browser-entry.ts", import.meta.url))],
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
  const inputs = inMode(loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({})), "interleave");
  const file = findWorkloadFile("example_trace");
  const realm = createContext({ inputs, jsonl: readFileSync(file, "utf8"), TextEncoder, TextDecoder, URL });
  runInContext(code, realm);
  expect(runInContext("typeof process + typeof Buffer + typeof require", realm)).toBe("undefinedundefinedundefined");
  const inBrowser = JSON.parse(runInContext("tandem.run(inputs, jsonl)", realm) as string);
  expect(inBrowser).toEqual(JSON.parse(JSON.stringify(simulate(createPlan(inputs), await loadWorkload(file)))));
});
