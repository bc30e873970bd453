/**
 * @module
 * Pages and pictures. Apart from the rest, since the chart library takes a while to load.
 */
export { type ChartLine, type LineChart, lineChart } from "../charts/line-chart.js";
export { comparisonPage } from "./comparison-page.js";
export { pimPlot } from "./pim-plot.js";
export { validationPage } from "./validation-page.js";
