/**
 * @module
 * Constants of a service, held against the cluster that they are to correct.
 */
import type { ClusterInputs } from "./cluster-inputs.js";
import { TandemError } from "./errors.js";
import type { ServiceCalibration } from "./service-calibration.js";

type Instance = ClusterInputs["cluster"]["nodes"][number]["instances"][number];
type Source = ServiceCalibration["source"];

const kindOf = (gpuTimes: string): string => (gpuTimes === "measured" ? "measured" : "a spec sheet's");

/** Constants correct the GPU times that they were fitted on, and no others. @throws {TandemError} E_USAGE */
function refuseOther(source: Source, { cluster, nodes }: ClusterInputs, where: string): void {
  const instances = cluster.nodes.flatMap((node) => node.instances);
  const other = instances.find(({ hardware }) => hardware !== source.hardware);
  if (other) {
    throw new TandemError("E_USAGE", `is of ${source.hardware}, the cluster has ${other.hardware}`, { where });
  }
  const loaded = nodes.flatMap((node) => node.instances);
  const times = loaded.map(({ profile }) => kindOf(profile ? "measured" : "spec sheet"));
  if (times.every((kind) => kind === kindOf(source.gpu_times))) return;
  throw new TandemError("E_USAGE", `corrects ${kindOf(source.gpu_times)} GPU times, this run's are others`, {
    where,
    hint: "calibrate with the same --gpu-model, or the same --gpu-profile",
  });
}

const differs = ({ model, tp }: Source, { model_name, tp_size = 1 }: Instance): string[] => [
  ...(model_name === model ? [] : [`${model}, this run's model is ${model_name}`]),
  ...(tp_size === tp ? [] : [`${tp} GPUs an instance, this run has ${tp_size}`]),
];

/**
 * The same inputs with the constants of a calibration.
 *
 * @param where the calibration's place, for errors and doubts
 * @param doubt told what speaks against it
 * @throws {TandemError} E_USAGE for a calibration of another GPU, or of GPU times of another kind
 */
export function calibratedInputs(
  inputs: ClusterInputs,
  { source, constants, roofline, errors }: ServiceCalibration,
  where: string,
  doubt: (text: string) => void,
): ClusterInputs {
  refuseOther(source, inputs, where);
  const instances = inputs.cluster.nodes.flatMap((node) => node.instances);
  const others = new Set(instances.flatMap((instance) => differs(source, instance)));
  for (const text of others) doubt(`${where} was fitted to ${text}`);
  if (errors.after.mean_abs_error_pct > errors.before.mean_abs_error_pct) {
    doubt(`${where} made the simulation worse on the requests that it was not fitted to`);
  }
  return { ...inputs, calibration: { constants, roofline } };
}
