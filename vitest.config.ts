import { defineConfig } from "vitest/config";

// Workspace packages resolve to their sources, never to a stale dist; the rest is Vite's default for Node.
const conditions = ["@tandem-sim/source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts", "apps/*/{src,test}/**/*.test.ts"],
    // A file each in a process of its own costs more than most files' tests; none leaves anything behind for the next.
    isolate: false,
    maxWorkers: "100%",
    // End-to-end tests start processes; a loaded two-core machine needs more than the default 5 s.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
