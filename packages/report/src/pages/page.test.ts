import { describe, expect, it } from "vitest";
import { lineChart } from "../charts/line-chart.js";
import { charts, page, table } from "./page.js";

const chart = lineChart({
  title: "TTFT, all",
  xLabel: "ms",
  yLabel: "share",
  lines: [{ name: "it's", points: [[1, 0.5]] }],
});

describe("a page", () => {
  it("offers the data of each chart under its title, byte for byte", () => {
    const [, name, href = ""] = /<a download="([^"]*)" href="([^"]*)"/.exec(charts([chart])) ?? [];
    expect(name).toBe("ttft-all.csv");
    expect(decodeURIComponent(href.replace("data:text/csv;charset=utf-8,", ""))).toBe(chart.csv);
  });

  it("keeps a table in a box that scrolls by itself", () => {
    expect(table([["mode"], ["auto"]])).toMatch(/^<div class="scroll"><table>/);
  });

  it("needs nothing from the network and runs no script", () => {
    const html = page("t", [charts([chart])], "made by a test");
    expect(html).not.toMatch(/<script|<link|(?:src|href)="(?!data:)/);
  });
});
