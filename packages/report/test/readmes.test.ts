import { readFileSync } from "node:fs";
import * as calibration from "@tandem-sim/calibration";
import * as comparison from "@tandem-sim/comparison";
import * as engine from "@tandem-sim/engine";
import * as hardware from "@tandem-sim/hardware";
import * as power from "@tandem-sim/power";
import * as report from "@tandem-sim/report";
import * as pages from "@tandem-sim/report/pages";
import * as scheduler from "@tandem-sim/scheduler";
import * as schemas from "@tandem-sim/schemas";
import * as files from "@tandem-sim/schemas/node";
import * as sweep from "@tandem-sim/sweep";
import * as trace from "@tandem-sim/trace";
import * as workload from "@tandem-sim/workload";
import * as tandem from "tandem-sim";
import * as tandemFiles from "tandem-sim/node";
import { expect, test } from "vitest";

const modules: Record<string, unknown> = {
  "@tandem-sim/calibration": calibration,
  "@tandem-sim/comparison": comparison,
  "@tandem-sim/engine": engine,
  "@tandem-sim/hardware": hardware,
  "@tandem-sim/power": power,
  "@tandem-sim/report": report,
  "@tandem-sim/report/pages": pages,
  "@tandem-sim/scheduler": scheduler,
  "@tandem-sim/schemas": schemas,
  "@tandem-sim/schemas/node": files,
  "@tandem-sim/sweep": sweep,
  "@tandem-sim/trace": trace,
  "@tandem-sim/workload": workload,
  "tandem-sim": tandem,
  "tandem-sim/node": tandemFiles,
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** The example with its imports served from the sources, and `value; // json` turned into a claim. */
const runnable = (example: string): string =>
  example
    .replace(/^import \* as (\w+) from ("[^"]+");$/gm, "const $1 = modules[$2];")
    .replace(/^import \{([^}]+)\} from ("[^"]+");$/gm, "const {$1} = modules[$2];")
    .replace(/^(\S.*); \/\/ (.+)$/gm, (line, value: string, result: string) =>
      isJson(result) ? `claim(${JSON.stringify(value)}, ${value}, ${result});` : line,
    );

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;

test.each([
  "packages/schemas",
  "packages/hardware",
  "packages/calibration",
  "packages/workload",
  "packages/scheduler",
  "packages/trace",
  "packages/power",
  "packages/engine",
  "packages/comparison",
  "packages/sweep",
  "packages/report",
  "packages/tandem-sim",
])("the example in the README of %s runs and is true", async (folder) => {
  const readme = readFileSync(new URL(`../../../${folder}/README.md`, import.meta.url), "utf8");
  const [, example = ""] = /```js\n([\s\S]+?)```/.exec(readme) ?? [];
  let claims = 0;
  const claim = (what: string, found: unknown, promised: unknown): void => {
    claims++;
    expect(found, what).toEqual(promised);
  };
  await new AsyncFunction("modules", "claim", runnable(example))(modules, claim);
  expect(claims).toBeGreaterThan(1);
});
