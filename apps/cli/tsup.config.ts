import { cpSync, readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import { defineConfig, type Options } from "tsup";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** Licences and notices of the bundled libraries, as files beside the bundle. */
const licences: Plugin = {
  name: "licences",
  setup({ initialOptions, onEnd }) {
    initialOptions.metafile = true;
    onEnd(({ metafile }) => {
      const modules = Object.values(metafile?.outputs ?? {}).flatMap(({ inputs }) => Object.keys(inputs));
      const libraries = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []);
      for (const folder of new Set(libraries)) {
        const name = folder.replace(/^.*\/node_modules\//, "").replaceAll(/[@/]/g, "_");
        for (const file of readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file)))
          cpSync(`${folder}/${file}`, `dist/licences/${name}.${file}`, { recursive: true });
      }
    });
  },
};

/** Node has the Buffer that the builds for browsers bring along. */
const nodeBuffer: Plugin = {
  name: "node-buffer",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^csv-(parse|stringify)\/browser\/esm\/sync$/ }, ({ path, resolveDir, kind }) =>
      resolve(path.replace("/browser/esm", ""), { resolveDir, kind }),
    );
  },
};

/**
 * The command with all that it calls, from the sources of the workspace, in a chunk for each command and for what several
 * share: to find and read hundreds of modules would take longer than a small run. Bundled data is found by its place and
 * stays outside.
 */
export default defineConfig({
  entry: { main: "src/main.ts", "serve-worker": "src/serve-worker.ts", "cell-worker": "src/sweep/cell-worker.ts" },
  format: "esm",
  target: "node20",
  clean: true,
  splitting: true,
  noExternal: [/./],
  esbuildPlugins: [licences, nodeBuffer],
  // Not `node`, which picks the CommonJS of libraries that have ES modules too: those can be taken apart.
  platform: "neutral",
  esbuildOptions(options) {
    options.external = ["@tandem-sim/configs", "@tandem-sim/workloads", "node:*", ...builtinModules];
    options.conditions = ["@tandem-sim/source", "module"];
    options.mainFields = ["module", "main"];
    // Less to read; names stay, for stacks.
    options.minifySyntax = true;
    options.minifyWhitespace = true;
  },
  // Libraries in CommonJS ask for Node's modules.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
});
