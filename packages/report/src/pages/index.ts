/**
 * @module
 * Pages and pictures. Apart from the rest, since the chart library takes a while to load.
 */
export { type BarChart, barChart } from "../charts/bar-chart.js";
export { type Chart, slug } from "../charts/chart.js";
export { diverging, pictureStyle, third } from "../charts/colors.js";
export { distributionChart } from "../charts/distribution-chart.js";
export { type GanttBar, type GanttChart, ganttChart } from "../charts/gantt-chart.js";
export { crossing, type HeatClass, type HeatMap, heatMap, ratioClasses } from "../charts/heat-map.js";
export { type ChartLine, type LineChart, lineChart } from "../charts/line-chart.js";
export { type ScatterChart, type ScatterGroup, scatterChart } from "../charts/scatter-chart.js";
export { standalone } from "../charts/standalone.js";
export { breakEvenPage } from "./break-even-page.js";
export { capacityPage } from "./capacity-page.js";
export { comparisonPage, modeCharts } from "./comparison-page.js";
export { escapeMarkup } from "./markup.js";
export { type Cell, charts, details, facts, maps, page, table, tableRow, wideChart } from "./page.js";
export { pimComparisonPlot } from "./pim-comparison-plot.js";
export { pimPlot } from "./pim-plot.js";
export { sweepPage } from "./sweep-page.js";
export { validationPage } from "./validation-page.js";
