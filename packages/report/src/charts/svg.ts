/**
 * @module
 * The chart library, wrapped: an option object in, one SVG out. It needs no DOM and starts no timer.
 */
import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { escapeMarkup } from "../pages/markup.js";
import { slug } from "./chart.js";

use([BarChart, CustomChart, LineChart, ScatterChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** Size of the drawing in its own units; a page scales it. */
export interface ChartSize {
  width: number;
  height: number;
}

/** What serves a mouse and scripts only. The names of hover styles count on from one drawing to the next. */
const interaction = / class="zr[^"]*"| pointer-events="[^"]*"| ecmeta_\w+="[^"]*"|<style[\s\S]*?<\/style>\s*/g;

/** What says nothing that a browser does not take for granted, in every text of every chart. */
const redundant = /font-family:inherit;| xml:space="preserve"| xmlns:xlink="[^"]*"| version="1.1"| baseProfile="full"/g;

/**
 * Renders an option. The same option gives the same text.
 *
 * @param title of the chart in its page: its name to who does not see it, and what ids inside begin with, in place of the
 * library's running number
 */
export function renderSvg(option: EChartsCoreOption, { width, height }: ChartSize, title: string): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, ...option });
    const svg = chart.renderToSVGString({ useViewBox: true });
    return svg
      .replaceAll(interaction, "")
      .replaceAll(redundant, "")
      .replaceAll(/\bzr\d+-/g, `${slug(title)}-`)
      .replace("<svg ", `<svg role="img" aria-label="${escapeMarkup(title)}" `);
  } finally {
    chart.dispose();
  }
}
