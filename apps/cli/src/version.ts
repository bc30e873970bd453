/**
 * @module
 * What a result says of the machine that made it.
 */
import { readFileSync } from "node:fs";

/** Version of the command. */
export const version: string = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** The part of a summary that differs from host to host. */
export const hostFacts = (wallMs: number): Record<string, unknown> => ({
  wall_ms: Math.round(wallMs),
  tandem: version,
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
});
