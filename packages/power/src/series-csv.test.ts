import { expect, it } from "vitest";
import { oneGpu, power } from "../test/sample-node.js";
import { createNodeMeter } from "./node-meter.js";
import { seriesCsv } from "./series-csv.js";

it("says units in the header, and times in seconds", () => {
  const meter = createNodeMeter(power, oneGpu, 1e9);
  meter.gpuBusy(0, 0, 5e8);
  const { series } = meter.finish(3.25e9);
  expect(
    [
      ...seriesCsv([
        { node: 0, series },
        { node: "total", series: series.slice(0, 1) },
      ]),
    ].join(""),
  ).toBe(`\
start_s,end_s,node,npu_w,cpu_w,dram_w,pim_w,link_w,base_w,total_w
0,1,0,325,60,12,0,8,75,480
1,2,0,100,30,12,0,8,75,225
2,3,0,62.5,30,12,0,8,75,187.5
3,3.25,0,25,30,12,0,8,75,150
0,1,total,325,60,12,0,8,75,480
`);
});
