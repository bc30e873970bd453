/**
 * @module
 * What is a name and what is a path: a value that ends in .json, .jsonl, .csv, .ini or .gz, or starts with `.` or `/`, is a path.
 */

export const isPath = (value: string): boolean =>
  /\.(jsonl?|csv|ini|gz)$/i.test(value) || /^(\.|\/|[A-Za-z]:[\\/])/.test(value);
