// The tests that mutants of a package are held against: its own, without those that need other data, a bundle, or long.
import { defineConfig } from "vitest/config";
import base from "../vitest.config.js";

export default defineConfig({
  ...base,
  test: {
    include: ["{src,test}/**/*.test.ts"],
    exclude: ["**/reference/**", "**/browser.test.ts", "**/golden.test.ts"],
    // Instrumented and at low priority.
    testTimeout: 600_000,
    maxWorkers: 1,
  },
});
