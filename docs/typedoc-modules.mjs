// TypeDoc takes the line behind `@module` for the module's name. Ours says what the module is about, and its name is that of the
// package that exports it.
import { Converter, ReflectionKind } from "typedoc";

/** `engine/src`, `schemas/src/node` as importers know them. @param {string} path */
const exportedAs = (path) => {
  const name = path.replace("/src", "");
  return name.startsWith("tandem-sim") ? name : `@tandem-sim/${name}`;
};

/** @param {import("typedoc").Application} app */
export function load(app) {
  const before = 1000;
  app.converter.on(
    Converter.EVENT_CREATE_DECLARATION,
    (_context, reflection) => {
      if (!reflection.kindOf(ReflectionKind.Module)) return;
      reflection.name = exportedAs(reflection.name);
      const tag = reflection.comment?.getTag("@module");
      if (!tag || !reflection.comment) return;
      reflection.comment.summary = tag.content;
      reflection.comment.removeTags("@module");
    },
    before,
  );
}
