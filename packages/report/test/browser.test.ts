import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { bytes } from "../src/index.js";
import { lineChart } from "../src/pages/index.js";

test("tables and charts are made in a browser too: bundled for one, in a realm without Node, they are the same", async () => {
  const bundle = await build({
    stdin: {
      contents: `export { bytes } from "./index.js"; export { lineChart } from "./pages/index.js";`,
      resolveDir: fileURLToPath(new URL("../src", import.meta.url)),
      loader: "ts",
    },
    bundle: true,
    write: false,
    platform: "browser",
    format: "iife",
    globalName: "report",
    conditions: ["@tandem-sim/source"],
    logLevel: "silent",
  });
  const realm = createContext({
    TextEncoder,
    TextDecoder,
    URL,
    setTimeout,
    window: { setTimeout },
    navigator: { userAgent: "" },
  });
  runInContext(bundle.outputFiles[0]?.text ?? "", realm);
  const chart = {
    title: "a",
    xLabel: "s",
    yLabel: "n",
    lines: [{ name: "a", points: [[0, 0] as const, [1, 2] as const] }],
  };
  expect(runInContext("report.bytes(1e9)", realm)).toBe(bytes(1e9));
  expect(runInContext(`report.lineChart(${JSON.stringify(chart)}).svg`, realm)).toBe(lineChart(chart).svg);
});
