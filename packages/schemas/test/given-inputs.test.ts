import { describe, expect, test } from "vitest";
import { givenClusterInputs, InstanceOptions, parsePimIni, settingsOf } from "../src/index.js";
import {
  findClusterFile,
  findGpuSpecFile,
  findModelFile,
  findPimFile,
  loadClusterInputs,
  readText,
} from "../src/node/index.js";

const cluster = readText(findClusterFile("single_node_pim_instance"));
const options = InstanceOptions.parse({});
const model = "meta-llama/Llama-3.1-8B";
const pim = "DDR4_8GB_3200_pim";
const given = {
  models: { [model]: readText(findModelFile(model)) },
  gpus: { L4: readText(findGpuSpecFile("L4")) },
  pims: { [pim]: readText(findPimFile(pim)) },
};

describe("a cluster from what is given", () => {
  test("is the one that files give, texts and parsed data alike", () => {
    const loading = { gpu: "L4", changes: { tp: 2 }, settings: settingsOf({ "nodes.0.cpu_mem.mem_size": 64 }) };
    const { nodes, cluster: config } = givenClusterInputs(cluster, options, { given, ...loading });
    const loaded = loadClusterInputs("single_node_pim_instance", options, loading);
    expect({ nodes, config }).toEqual({ nodes: loaded.nodes, config: loaded.cluster });
    const parsed = {
      models: { [model]: JSON.parse(given.models[model]!) },
      gpus: { L4: JSON.parse(given.gpus.L4) },
      pims: { [pim]: parsePimIni(given.pims[pim]!, "text", pim) },
    };
    expect(givenClusterInputs(JSON.parse(cluster), options, { given: parsed, ...loading }).nodes).toEqual(nodes);
  });

  test("has measured times where a profile of that model and GPU is given", () => {
    const [profile] = loadClusterInputs("single_node_pim_instance", options).nodes.flatMap(({ instances }) =>
      instances.flatMap((instance) => instance.profile ?? []),
    );
    const { nodes } = givenClusterInputs(cluster, options, { given: { ...given, profiles: [profile!] } });
    expect(nodes[0]?.instances[0]?.profile).toBe(profile);
  });

  test.each([
    ["gpus", { gpu: "L40" }, 'L40: nothing of this name in "gpus" (did you mean "L4"?)'],
    ["models", { gpu: "L4", changes: { model: "constructor" } }, 'nothing of this name in "models" (given: meta-'],
    ["pims", { gpu: "L4", changes: { pim: "__proto__" } }, 'nothing of this name in "pims"'],
  ])("says what is given where a name is not in %s", (_, loading, message) => {
    expect(() => givenClusterInputs(cluster, options, { given, ...loading })).toThrow(message);
  });

  test("says in which text a mistake is", () => {
    const broken = { ...given, gpus: { L4: "{" } };
    expect(() => givenClusterInputs(cluster, options, { given: broken, gpu: "L4" })).toThrow('gpus["L4"]:1: not valid');
  });
});
