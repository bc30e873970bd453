/**
 * @module
 * The picture of the README: the first layers of one iteration, offloaded and interleaved, drawn from the executed
 * schedule.
 */
import { createPlayed, type OpKind, Player } from "@tandem-sim/engine";
import { createProgram, fillProgram, Split, splits } from "@tandem-sim/trace";
import { bundledInstance, decodeBatch } from "./static-batch.js";

const DECODES = 128;
const CONTEXT = 1024;
const WINDOW_US = 3300;

const WIDTH = 1080;
const LEFT = 92;
const ROW = 26;
const GAP = 5;
const COLORS = ["#2f6fb5", "#e08a1e"] as const;

const tracks = ["GPU", "link up", "PIM", "link down"] as const;
type Track = (typeof tracks)[number];
const trackOf = (kind: OpKind): Track =>
  kind === "up" ? "link up" : kind === "pim" ? "PIM" : kind === "down" || kind === "fetch" ? "link down" : "GPU";

interface Bar {
  track: Track;
  half: 0 | 1;
  label: string;
  startUs: number;
  endUs: number;
}

/** Executed ops of one iteration; of the channel groups the first stands for all. */
function schedule(interleaved: boolean): { bars: Bar[]; latencyMs: number } {
  const { costs, pim } = bundledInstance("interleave");
  const groups = pim?.groups ?? 0;
  const batch = decodeBatch(DECODES, CONTEXT, groups);
  const program = createProgram(costs.layers, groups);
  const split = new Split();
  if (interleaved) splits.tokens(batch, costs, split, program);
  fillProgram(program, batch, interleaved ? split : null, costs);
  const bars: Bar[] = [];
  const played = createPlayed();
  new Player(groups).play(program, played, (kind, half, layer, group, startNs, durationNs) => {
    if (kind === "pim" && group !== 0) return;
    const startUs = startNs / 1000;
    if (startUs > WINDOW_US) return;
    const label = kind === "pim" ? `attention ${layer}` : kind === "up" || kind === "down" ? "" : `${kind} ${layer}`;
    bars.push({ track: trackOf(kind), half, label, startUs, endUs: Math.min(WINDOW_US, startUs + durationNs / 1000) });
  });
  return { bars, latencyMs: played.latencyNs / 1e6 };
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
      const fill = interleaved ? COLORS[bar.half] : "#5b6673";
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
${panel(`Interleaved: half 1 (blue) and half 2 (orange), ${interleaved.latencyMs.toFixed(1)} ms per iteration`, interleaved.bars, true, 24 + panelHeight)}
${axis.join("\n")}
</svg>
`;
}
