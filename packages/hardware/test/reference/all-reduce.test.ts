import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeReference, reference } from "../../../schemas/test/reference.js";
import { fittedAllReduce, fittedLinks } from "../../src/index.js";

/** All-reduces of vLLM's own kernel, by number of GPUs: bytes and ns. */
function measured(gpu: string): Map<number, { bytes: number; ns: number }[]> {
  const byGpus = new Map<number, { bytes: number; ns: number }[]>();
  const [, ...lines] = readFileSync(reference(`gpu-measurements/${gpu}/all_reduce.csv`), "utf8")
    .trim()
    .split("\n");
  for (const [library, gpus, bytes, us] of lines.map((line) => line.split(","))) {
    if (library !== "vllm_custom_graph") continue;
    byGpus.set(Number(gpus), [...(byGpus.get(Number(gpus)) ?? []), { bytes: Number(bytes), ns: 1000 * Number(us) }]);
  }
  return byGpus;
}

const quantile = (values: number[], at: number): number =>
  values.sort((a, b) => a - b)[Math.floor(at * (values.length - 1))]!;

describeReference("all-reduces as measured", () => {
  test.each([
    { gpu: "h100_sxm", link: fittedLinks.nvlink4 },
    { gpu: "a100_sxm", link: fittedLinks.nvlink3 },
  ])(
    "on $gpu are within 30% in the median and 45% in the 95th percentile, as the fit says of itself",
    ({ gpu, link }) => {
      const groups = measured(gpu);
      expect([...groups.keys()]).toEqual([2, 4, 8]);
      for (const [gpus, points] of groups) {
        const errors = points.map(({ bytes, ns }) => Math.abs(fittedAllReduce(link, gpus)(bytes) / ns - 1));
        expect(quantile(errors, 0.5)).toBeLessThan(0.3);
        expect(quantile(errors, 0.95)).toBeLessThan(0.45);
      }
    },
  );
});
