import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { defineConfig, type Plugin } from "rolldown";

/** Licences and notices of the bundled libraries, as files beside the bundle. */
const licences: Plugin = {
  name: "licences",
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap((output) => (output.type === "chunk" ? output.moduleIds : []));
    const libraries = modules.flatMap((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? []);
    for (const folder of new Set(libraries)) {
      const name = folder.replace(/^.*[\\/]node_modules[\\/]/, "").replaceAll(/[@\\/]/g, "_");
      for (const file of readdirSync(folder, { withFileTypes: true })) {
        if (!file.isFile() || !/^(licen[cs]e|notice)/i.test(file.name)) continue;
        const source = readFileSync(join(folder, file.name));
        this.emitFile({ type: "asset", fileName: `licences/${name}.${file.name}`, source });
      }
    }
  },
};

/**
 * The command with all that it calls, from the sources of the workspace, in a chunk for each command and for what several
 * share: to find and read hundreds of modules would take longer than a small run. Bundled data is found by its place and
 * stays outside. tsup, which builds the packages, would put whatever a package exports into one chunk.
 */
export default defineConfig({
  input: { main: "src/main.ts" },
  // Not `node`, which picks the CommonJS of libraries that have ES modules too: those can be taken apart.
  platform: "neutral",
  external: [/^@tandem-sim\/(configs|workloads)$/, /^node:/, ...builtinModules],
  resolve: {
    conditionNames: ["@tandem-sim/source", "module", "import", "default"],
    mainFields: ["module", "main"],
  },
  plugins: [licences],
  output: {
    dir: "dist",
    format: "esm",
    cleanDir: true,
    // Less to read; names stay, for stacks.
    minify: { mangle: false },
    // Libraries in CommonJS ask for Node's modules.
    banner: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
});
