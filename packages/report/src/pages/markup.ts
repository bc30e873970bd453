/**
 * @module
 * Text as it stands in HTML and SVG.
 */

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Makes any text safe between tags and in attributes. */
export const escapeMarkup = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c] ?? c);
