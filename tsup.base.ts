import { defineConfig } from "tsup";

/** How every package is built: ESM with types, from these entries. */
export const packageBuild = (entry: Record<string, string>) =>
  defineConfig({
    entry,
    format: "esm",
    // The launcher wants to start soon: types are most of the time that a build takes, and only publishing needs them.
    dts: process.env.TANDEM_BUILD !== "js",
    target: "node20",
    clean: true,
  });
