/**
 * @module
 * A JSON Schema as a page: one row per field, with its path from the top.
 */

/** The part of JSON Schema that our schemas use. */
interface Schema {
  $ref?: string;
  title?: string;
  description?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  $defs?: Record<string, Schema>;
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;

/** Bounds that every integer has say nothing. */
const isBound = (value: number | undefined): value is number =>
  value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const parts = [
    isBound(minimum) ? `>= ${minimum}` : "",
    isBound(exclusiveMinimum) ? `> ${exclusiveMinimum}` : "",
    isBound(maximum) ? `<= ${maximum}` : "",
    isBound(exclusiveMaximum) ? `< ${exclusiveMaximum}` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function typeText(schema: Schema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(", ");
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return [...new Set(branches.map(typeText))].join(" or ");
  if (schema.type === "array") return `list of ${typeText(schema.items ?? {})}`;
  return [schema.type ?? "anything", bounds(schema)].filter((part) => part !== "").join(" ");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

/** Where `$ref` leads to, and those on the way here: a schema may be part of itself. */
interface Way {
  root: Schema;
  refs: readonly string[];
}

function rowsOf(given: Schema, path: string, { root, refs }: Way): string[] {
  const { $ref: ref } = given;
  if (ref && refs.includes(ref)) return [];
  const schema = ref ? { ...root.$defs?.[ref.split("/").at(-1) ?? ""], ...given } : given;
  const way = { root, refs: ref ? [...refs, ref] : refs };
  const inside = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((branch) => {
    const named = Object.entries(branch.properties ?? {}).flatMap(([name, field]) => {
      const at = path === "" ? name : `${path}.${name}`;
      return rowOf(field, at, branch.required?.includes(name) ?? false, way);
    });
    const others = typeof branch.additionalProperties === "object" ? branch.additionalProperties : null;
    return [
      ...named,
      ...(others ? rowOf(others, `${path}.*`, false, way) : []),
      ...(branch.items ? rowsOf(branch.items, `${path}[]`, way) : []),
    ];
  });
  return [...new Set(inside)];
}

function rowOf(field: Schema, path: string, required: boolean, way: Way): string[] {
  const fallback = field.default === undefined || isEmpty(field.default) ? "" : code(field.default);
  const given = required ? "required" : fallback;
  const row = `| \`${path}\` | ${cell(typeText(field))} | ${cell(given)} | ${cell(field.description ?? "")} |`;
  return [row, ...rowsOf(field, path, way)];
}

/** The page of a schema. */
export function fieldPage(name: string, schema: object): string {
  const root: Schema = schema;
  return `# ${name}

${root.title}. \`tandem schema ${name}\` prints it as JSON Schema. Written by \`npx vitest run packages/schemas -u\`.

| field | type | default | meaning |
| --- | --- | --- | --- |
${rowsOf(root, "", { root, refs: [] }).join("\n")}
`;
}
