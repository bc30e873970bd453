// Imports go one way, type imports included: `npm run lint` fails on any other.

/** What the sources of a package may import of the workspace, besides themselves. */
const layers = {
  schemas: [],
  hardware: ["schemas"],
  power: ["schemas"],
  workload: ["schemas"],
  sweep: ["schemas"],
  calibration: ["schemas", "hardware"],
  scheduler: ["schemas", "workload"],
  trace: ["schemas", "hardware", "scheduler"],
  engine: ["schemas", "hardware", "power", "workload", "scheduler", "trace"],
  comparison: ["schemas", "hardware", "workload", "scheduler", "trace", "engine"],
  report: [
    "schemas",
    "hardware",
    "power",
    "workload",
    "scheduler",
    "trace",
    "engine",
    "comparison",
    "calibration",
    "sweep",
  ],
  "tandem-sim": ["schemas", "workload", "sweep", "trace", "engine", "comparison", "report"],
};

const workspace = "^(packages|apps|configs|workloads)/";
const data = "^(configs|workloads)/";
const tests = "^(packages|apps)/[^/]+/(test/|.*\\.test\\.ts$)";
const nodeFolders = "^packages/[^/]+/src/node/";

const rule = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

const downwards = Object.entries(layers).map(([name, below]) =>
  rule(
    `${name}-downwards`,
    below.length > 0 ? `${name} imports ${below.join(", ")} only.` : `${name} imports no other package.`,
    { path: `^packages/${name}/src/`, pathNot: tests },
    { path: workspace, pathNot: [`^packages/(${[name, ...below].join("|")})/`, ...(name === "schemas" ? [data] : [])] },
  ),
);

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...downwards,
    rule(
      "known-package",
      "A new package says here what it may import.",
      { path: "^packages/[^/]+/src/", pathNot: `^packages/(${Object.keys(layers).join("|")})/` },
      { path: workspace },
    ),
    rule("data-imports-nothing", "Bundled data is at the bottom.", { path: data }, { path: "^(packages|apps)/" }),
    rule(
      "bundled-data-by-name",
      "Data files are found by name, with schemas/node.",
      { path: "^packages/", pathNot: `${nodeFolders}|^packages/schemas/test/` },
      { path: data },
    ),
    rule("apps-on-top", "Nothing imports an app.", { path: "^packages/" }, { path: "^apps/" }),
    rule(
      "by-its-name",
      "Import another package by its name; only tests may share what another package's tests are made of.",
      { path: "^(packages|apps|configs|workloads)/([^/]+)/" },
      { path: workspace, pathNot: ["^$1/$2/", "^packages/[^/]+/test/"], dependencyTypes: ["local"] },
    ),
    rule(
      "fixtures-for-tests",
      "What tests are made of is for tests.",
      { path: "^(packages|apps)/", pathNot: tests },
      { path: "^(packages|apps)/[^/]+/test/" },
    ),
    rule(
      "core-reads-no-files",
      "The core runs in a browser: node:* and loaders only under node/ folders, in apps and in tests.",
      { path: "^packages/[^/]+/src/", pathNot: [nodeFolders, tests] },
      { dependencyTypes: ["core"] },
    ),
    rule(
      "core-imports-no-loaders",
      "The core runs in a browser: node:* and loaders only under node/ folders, in apps and in tests.",
      { path: "^packages/[^/]+/src/", pathNot: [nodeFolders, tests] },
      { path: nodeFolders },
    ),
    rule("no-cycles", "Two files that need each other are one, or three.", {}, { circular: true }),
    rule("resolvable", "An import that leads nowhere.", {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/|/\\.stryker-tmp/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@tandem-sim/source", "import", "node", "default"],
    },
  },
};
