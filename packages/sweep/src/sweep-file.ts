/**
 * @module
 * The file of a sweep, with the place of everything in it.
 */
import { parseWith, SweepFile, suggestion, TandemError } from "@tandem-sim/schemas";
import { LineCounter, parseDocument } from "yaml";

/** A sweep, and where it was read. */
export interface Sweep {
  file: SweepFile;
  /** `sweep.yaml:4:3: axes.mode` of `["axes", "mode"]`; of what is not there, the place of what it would be in. */
  placeOf(path: readonly PropertyKey[]): string;
}

/** Axes that advance together need names of axes, and as many values each. */
function checkZip({ file: { axes, zip }, placeOf }: Sweep): void {
  zip.forEach((name, i) => {
    const where = placeOf(["zip", i]);
    if (!Object.hasOwn(axes, name)) {
      const meant = suggestion(name, Object.keys(axes));
      throw new TandemError("E_SCHEMA", `there is no axis "${name}"`, {
        where,
        ...(meant && { hint: `did you mean "${meant}"?` }),
      });
    }
    if (zip.indexOf(name) < i) throw new TandemError("E_SCHEMA", `"${name}" stands here twice`, { where });
    const [first = name] = zip;
    const [count, wanted] = [axes[name]?.length, axes[first]?.length];
    if (count === wanted) return;
    throw new TandemError("E_SCHEMA", `${name} has ${count} values, ${first} has ${wanted}`, {
      where,
      hint: "axes that advance together are of one length",
    });
  });
}

/** What is the same in every cell cannot vary, and a value is tried once. */
function checkAxes({ file: { base, axes, zip }, placeOf }: Sweep): void {
  for (const [name, values] of Object.entries(axes)) {
    const where = placeOf(["axes", name]);
    if (Object.hasOwn(base, name)) {
      throw new TandemError("E_SCHEMA", `${name} is in base and an axis`, { where, hint: "leave one of them out" });
    }
    const texts = values.map((value) => JSON.stringify(value));
    const again = texts.find((text, i) => texts.indexOf(text) < i);
    if (again === undefined || zip.includes(name)) continue;
    throw new TandemError("E_SCHEMA", `the value ${again} stands here twice`, { where });
  }
}

/** What a schema cannot say of axes. @throws {TandemError} E_SCHEMA */
export function checkSweep(sweep: Sweep): void {
  checkAxes(sweep);
  checkZip(sweep);
}

/**
 * @param text YAML
 * @param source its name, for errors
 * @throws {TandemError} E_PARSE, E_SCHEMA with line and column
 */
export function parseSweep(text: string, source: string): Sweep {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${source}:${line}:${col}`;
  };
  const [problem] = document.errors;
  if (problem) throw new TandemError("E_PARSE", problem.message, { where: at(problem.pos[0]) });
  const placeOf = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
      if (node?.range) return `${at(node.range[0] ?? 0)}: ${path.map(String).join(".")}`;
    }
    return [source, ...path.map(String)].join(": ");
  };
  const sweep: Sweep = { file: parseWith(SweepFile, document.toJS(), placeOf), placeOf };
  checkSweep(sweep);
  return sweep;
}
