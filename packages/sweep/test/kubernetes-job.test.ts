import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { shardFromEnvironment } from "../src/index.js";

const manifest = readFileSync(new URL("../../../docs/sweeps/kubernetes-job.yaml", import.meta.url), "utf8");

/** What the API of Kubernetes says of the fields that the manifest has, written down by hand: unknown ones are refused. */
const text = z.string().min(1);
const name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const quantity = z.string().regex(/^\d+(m|Ki|Mi|Gi)?$/);
const Volume = z.union([
  z.strictObject({ name, configMap: z.strictObject({ name }) }),
  z.strictObject({ name, persistentVolumeClaim: z.strictObject({ claimName: name }) }),
]);
const Container = z.strictObject({
  name,
  image: text,
  command: z.array(text),
  args: z.array(text),
  resources: z.strictObject({ requests: z.strictObject({ cpu: quantity, memory: quantity }) }),
  volumeMounts: z.array(
    z.strictObject({ name, mountPath: z.string().startsWith("/"), readOnly: z.boolean().optional() }),
  ),
});
const Job = z.strictObject({
  apiVersion: z.literal("batch/v1"),
  kind: z.literal("Job"),
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    completionMode: z.literal("Indexed"),
    completions: z.int().positive(),
    parallelism: z.int().positive(),
    backoffLimit: z.int().nonnegative(),
    template: z.strictObject({
      spec: z.strictObject({
        // A Job takes no other.
        restartPolicy: z.enum(["OnFailure", "Never"]),
        containers: z.array(Container).length(1),
        volumes: z.array(Volume),
      }),
    }),
  }),
});

describe("the Job manifest", () => {
  const { spec } = Job.parse(parse(manifest));
  const [container] = spec.template.spec.containers;

  test("mounts the volumes that it has", () => {
    const mounted = container?.volumeMounts.map((mount) => mount.name).sort();
    expect(mounted).toEqual(spec.template.spec.volumes.map((volume) => volume.name).sort());
  });

  test("gives each of its pods a shard of its own", () => {
    const args = container?.args ?? [];
    const shards = Number(args[args.indexOf("--shards") + 1]);
    const indices = Array.from({ length: spec.completions }, (_, i) => String(i));
    const given = indices.map((index) => shardFromEnvironment({ JOB_COMPLETION_INDEX: index }, shards)?.shard);
    expect(given).toEqual(indices.map((_, i) => ({ index: i + 1, of: spec.completions })));
  });
});
