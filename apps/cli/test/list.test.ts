import {
  bundled,
  findGpuProfileDir,
  findGpuSpecFile,
  findModelFile,
  findPimFile,
  findWorkloadFile,
} from "@tandem-sim/schemas/node";
import { describe, expect, it } from "vitest";
import { tandem } from "./tandem.js";

const profileOf = (name: string): string => {
  const [hardware = "", organisation = "", model = "", variant = ""] = name.split("/");
  if (model === "") return findGpuSpecFile(name);
  return findGpuProfileDir(hardware, `${organisation}/${model}`, variant);
};

describe.each([
  ["profile", [...bundled.gpu, ...bundled.gpuSpec], profileOf],
  ["model", bundled.model, (name: string) => findModelFile(name)],
  ["pim", bundled.pim, (name: string) => findPimFile(name)],
  ["workload", bundled.workload, findWorkloadFile],
] as const)("tandem %s list", (command, kept, find) => {
  const list = async (...flags: string[]): Promise<string> => (await tandem([command, "list", ...flags])).stdout;
  const names = async (): Promise<string[]> =>
    (JSON.parse(await list("--json")) as { name: string }[]).map(({ name }) => name);

  it("gives the name of everything bundled, each of which leads to its file", async () => {
    const listed = await names();
    expect(listed).toHaveLength(kept.length);
    for (const name of listed) expect(find(name)).toContain(name.split("/").at(-1) ?? "");
  });

  it("prints the same names in a table, under a head, and what to do with one", async () => {
    const text = await list();
    for (const name of await names()) expect(text).toContain(name);
    expect(text).toMatch(/^name /);
    expect(text).toContain("tandem ");
  });

  it("has help with an example", async () => {
    expect(await list("--help")).toMatch(/--json[\s\S]*Example:\n {2}\$ tandem/);
  });
});
