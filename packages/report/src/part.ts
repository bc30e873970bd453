/**
 * @module
 * What a printed result is made of. Whoever prints it decides how tables and headings look.
 */

/** A table of plain texts, a row each. */
export interface Table {
  /** The first row may be a head. */
  rows: string[][];
  /** The head begins with the table's title or unit. */
  titled?: true;
}

/** A paragraph, a heading or a table. */
export type Part = string | { heading: string } | Table;

/** A table whose head begins with its title or unit. */
export const titledTable = (head: string[], rows: readonly string[][]): Table => ({
  rows: [head, ...rows],
  titled: true,
});
