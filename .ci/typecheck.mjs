// Type-checks the package in whose folder it runs. Packages are imported as sources, and `tsc` would check those by this
// package's options; here each file is checked once, by the tsconfig.json of its own package.
import { join, relative, sep } from "node:path";
import ts from "typescript";

const folder = process.cwd();
const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail };

/** @param {ts.Diagnostic} diagnostic @returns {never} */
function fail(diagnostic) {
  throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
}

const config = ts.getParsedCommandLineOfConfigFile(join(folder, "tsconfig.json"), {}, host);
if (!config) throw new Error(`no tsconfig.json in ${folder}`);
const program = ts.createProgram(config.fileNames, config.options);
const own = program.getSourceFiles().filter(({ fileName }) => !relative(folder, fileName).startsWith(`..${sep}`));
const found = [
  ...config.errors,
  ...program.getOptionsDiagnostics(),
  ...program.getGlobalDiagnostics(),
  ...own.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
];
const format = {
  getCurrentDirectory: () => folder,
  getCanonicalFileName: (/** @type {string} */ name) => name,
  getNewLine: () => "\n",
};
if (found.length > 0) process.stderr.write(ts.formatDiagnostics(found, format));
process.exitCode = found.length > 0 ? 1 : 0;
