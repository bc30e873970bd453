import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts" },
  format: "esm",
  // The launcher wants to start soon: types are most of the time that a build takes, and only publishing needs them.
  dts: process.env.TANDEM_BUILD !== "js",
  target: "node20",
  clean: true,
});
