/**
 * @module
 * Cases: a file with edits, or flags with values that nobody means. A case is a value, so that its seed and number give it again.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { type Edit, pathEdits, textEdits, writeEdited } from "./edits.js";
import { type FlagCase, flagCase } from "./flags.js";
import { type Subject, subjects } from "./subjects.js";
import { BEFORE } from "./verdict.js";

/** Edits of one file, and which of its commands runs on it. */
interface FileCase {
  subject: number;
  command: number;
  edits: Edit[];
}

export type Case = FileCase | FlagCase;

const any = fc.nat(1e6);
const textEdit = fc.constantFrom(...(Object.keys(textEdits) as (keyof typeof textEdits)[]));
const pathEdit = fc.constantFrom(...(Object.keys(pathEdits) as (keyof typeof pathEdits)[]));

const edit = fc.record<Edit>({
  what: fc.oneof({ arbitrary: textEdit, weight: 12 }, { arbitrary: pathEdit, weight: 1 }),
  at: any,
  pick: any,
});

const fileCase = fc.record<FileCase>({
  subject: fc.nat(subjects.length - 1),
  command: any,
  edits: fc.oneof(
    { arbitrary: fc.array(edit, { minLength: 1, maxLength: 1 }), weight: 3 },
    fc.array(edit, { minLength: 2, maxLength: 3 }),
  ),
});

/** Three in four are files. */
export const anyCase: fc.Arbitrary<Case> = fc.oneof({ arbitrary: fileCase, weight: 3 }, flagCase);

/** Files in a folder that is made for them. */
function writeFiles(folder: string, files: Subject["files"]): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const earlier = Object.fromEntries(["r.csv", "s.json"].map((name) => [`out/${name}`, BEFORE]));

/** Lays a case out in a folder. @returns the arguments of its command */
export function layOut(folder: string, one: Case): string[] {
  if ("args" in one) {
    writeFiles(folder, { ...one.files, ...earlier });
    return [...one.args];
  }
  const { files, edited, commands } = subjects[one.subject] as Subject;
  writeFiles(folder, { ...files, ...earlier });
  writeEdited(join(folder, edited), files[edited] ?? "", one.edits);
  return [...(commands[one.command % commands.length] ?? [])];
}

/** A case in a line. */
export const caseText = (one: Case): string =>
  "args" in one
    ? "flags"
    : `${subjects[one.subject]?.edited}: ${one.edits.map(({ what, at, pick }) => `${what} ${at} ${pick}`).join(", ")}`;
