/**
 * @module
 * A drawing that stands alone: with its own colours, light or dark as the reader's system is.
 */
import { pictureStyle } from "./colors.js";

/** The SVG of a chart as the text of a file. */
export const standalone = (svg: string): string => `${svg.replace(">", `><style>${pictureStyle}</style>`)}\n`;
