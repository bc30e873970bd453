/**
 * @module
 * Merging the partial results of striped attention on the GPU.
 */

/** Start-up of the kernel, as of any small one, ns: models.md section 10, "Striped KV". */
const START_NS = 3000;

/**
 * One layer of a (sub-)batch, whole ns: every partial result is read once. 0 bytes take no time.
 *
 * @param bandwidthGBps of the memory of all GPUs that share the layer
 */
export const mergeNs = (partialBytes: number, bandwidthGBps: number): number =>
  partialBytes === 0 ? 0 : Math.round(START_NS + partialBytes / bandwidthGBps);
