import { bundled, findGpuProfileDir, findPimFile, findWorkloadFile } from "@tandem-sim/schemas/node";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { pimCommand } from "./pim.js";
import { profileCommand } from "./profile.js";
import { workloadCommand } from "./workload.js";

let printed: unknown;
vi.mock("../terminal.js", () => ({
  result: (text: string) => {
    printed = text;
  },
  json: (value: unknown) => {
    printed = value;
  },
}));
beforeEach(() => {
  printed = undefined;
});

const profileOf = (name: string): string => {
  const [hardware = "", organisation = "", model = "", variant = ""] = name.split("/");
  return findGpuProfileDir(hardware, `${organisation}/${model}`, variant);
};

describe.each([
  ["profile", profileCommand, bundled.gpu, profileOf],
  ["pim", pimCommand, bundled.pim, (name: string) => findPimFile(name)],
  ["workload", workloadCommand, bundled.workload, findWorkloadFile],
] as const)("tandem %s list", (_, command, kept, find) => {
  const list = async (...flags: string[]): Promise<unknown> => {
    await command().parseAsync(["list", ...flags], { from: "user" });
    return printed;
  };

  it("gives the name of everything bundled, each of which leads to its file", async () => {
    const listed = (await list("--json")) as { name: string }[];
    expect(listed).toHaveLength(kept.length);
    for (const { name } of listed) expect(find(name)).toContain(name.split("/").at(-1));
  });

  it("prints the same names in a table, under a head, and what to do with one", async () => {
    const text = (await list()) as string;
    for (const { name } of (await list("--json")) as { name: string }[]) expect(text).toContain(name);
    expect(text).toMatch(/^name /);
    expect(text).toContain("tandem ");
  });

  it("has help with an example", () => {
    const found = command().commands.find((one) => one.name() === "list");
    let help = "";
    found?.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    found?.outputHelp();
    expect(help).toMatch(/--json[\s\S]*Example:\n {2}\$ tandem/);
  });
});
