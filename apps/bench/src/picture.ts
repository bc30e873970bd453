/**
 * @module
 * The picture of the README: the first layers of one iteration, offloaded and interleaved, one above the other.
 */
import { ganttChart, pictureStyle } from "@tandem-sim/report/pages";
import { schedule } from "./schedule.js";

const DECODES = 128;
const CONTEXT = 1024;
const WIDTH = 1080;
const HEIGHT = 240;

/** Renders the picture as SVG, light or dark as the reader's system is. */
export function schedulePicture(): string {
  const size = { width: WIDTH, height: HEIGHT };
  const drawn = (["offload", "interleave"] as const).map(
    (mode) => ganttChart({ ...schedule(DECODES, CONTEXT, mode), size }).svg,
  );
  const label = "Schedule of the first layers of one iteration, offloaded and interleaved";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT * drawn.length}" width="${WIDTH}" height="${HEIGHT * drawn.length}" role="img" aria-label="${label}">
<style>${pictureStyle}</style>
${drawn.map((svg, i) => `${svg.replace("<svg ", `<svg y="${i * HEIGHT}" `)}`).join("\n")}
</svg>
`;
}
