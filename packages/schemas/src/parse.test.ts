import { expect, test } from "vitest";
import { ClusterConfig } from "./cluster.js";
import { schemaAt } from "./parse.js";

test("a schema knows nothing of the properties that every object has", () => {
  for (const name of ["constructor", "__proto__", "hasOwnProperty"]) {
    expect(schemaAt(ClusterConfig, ["nodes", 0, name])).toBeUndefined();
    expect(schemaAt(ClusterConfig, ["nodes", 0, name, "x"])).toBeUndefined();
  }
});
