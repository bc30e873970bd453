/**
 * @module
 * The picture of the README: the first layers of one iteration, offloaded and interleaved, drawn from the executed
 * schedule.
 */
import { bundledInstance, playBatch } from "./static-batch.js";

const DECODES = 128;
const CONTEXT = 1024;
const WINDOW_US = 3300;

const WIDTH = 1080;
const LEFT = 92;
const ROW = 26;
const GAP = 5;
const COLORS = ["#2f6fb5", "#e08a1e"] as const;

const tracks = ["GPU", "link up", "PIM", "link down"] as const;
interface Bar {
  track: string;
  subBatch: number;
  label: string;
  startUs: number;
  endUs: number;
}

/** Stages whose bars are too narrow for a name. */
const unnamed = new Set(["up", "down", "fetch"]);

/** The executed schedule of one iteration; of the channel groups the first stands for all. */
function schedule(interleaved: boolean): { bars: Bar[]; latencyMs: number } {
  const planner = playBatch(bundledInstance(interleaved ? "interleave" : "offload"), DECODES, CONTEXT);
  const { stages, resources } = planner.table.graph;
  const bars: Bar[] = [];
  planner.replay((stage, unit, layer, startNs, endNs) => {
    const { name, subBatch, resource } = stages[stage];
    const startUs = startNs / 1000;
    if (unit > 0 || startUs > WINDOW_US) return;
    const label = unnamed.has(name) ? "" : `${name === "pim" ? "attention" : name} ${layer}`;
    bars.push({ track: resources[resource].name, subBatch, label, startUs, endUs: Math.min(WINDOW_US, endNs / 1000) });
  });
  return { bars, latencyMs: planner.played.latencyNs / 1e6 };
}

const x = (us: number): number => LEFT + ((WIDTH - LEFT - 12) * us) / WINDOW_US;

function panel(title: string, bars: readonly Bar[], interleaved: boolean, top: number): string {
  const parts = [`<text x="12" y="${top}" class="title">${title}</text>`];
  tracks.forEach((track, row) => {
    const y = top + 12 + row * (ROW + GAP);
    parts.push(`<text x="12" y="${y + 17}">${track}</text>`);
    parts.push(`<rect x="${LEFT}" y="${y}" width="${WIDTH - LEFT - 12}" height="${ROW}" class="idle"/>`);
    for (const bar of bars.filter((candidate) => candidate.track === track)) {
      const from = x(bar.startUs);
      const width = Math.max(0.6, x(bar.endUs) - from);
      const fill = interleaved ? COLORS[bar.subBatch] : "#5b6673";
      parts.push(
        `<rect x="${from.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW}" fill="${fill}" class="op"/>`,
      );
      if (width > bar.label.length * 6.2) {
        parts.push(`<text x="${(from + width / 2).toFixed(1)}" y="${y + 17}" class="in">${bar.label}</text>`);
      }
    }
  });
  return parts.join("\n");
}

/** Renders the picture as SVG. */
export function schedulePicture(): string {
  const offload = schedule(false);
  const interleaved = schedule(true);
  const panelHeight = 12 + tracks.length * (ROW + GAP) + 34;
  const height = 2 * panelHeight + 38;
  const axis: string[] = [];
  for (let us = 0; us <= WINDOW_US; us += 500) {
    axis.push(`<text x="${x(us).toFixed(1)}" y="${height - 12}" class="tick">${us / 1000} ms</text>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Schedule of the first layers of one iteration, offloaded and interleaved">
<style>text{font:13px system-ui,sans-serif;fill:#1d2733}.title{font-weight:600;font-size:14px}.in{fill:#fff;font-size:11px;text-anchor:middle}.tick{font-size:11px;fill:#5b6673;text-anchor:middle}.idle{fill:#eef1f4}.op{stroke:#fff;stroke-width:.7}</style>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${panel(`Offload only: ${DECODES} decodes at ${CONTEXT} tokens, ${offload.latencyMs.toFixed(1)} ms per iteration`, offload.bars, false, 24)}
${panel(`Interleaved: sub-batch 1 (blue) and sub-batch 2 (orange), ${interleaved.latencyMs.toFixed(1)} ms per iteration`, interleaved.bars, true, 24 + panelHeight)}
${axis.join("\n")}
</svg>
`;
}
