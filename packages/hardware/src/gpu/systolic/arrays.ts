/**
 * @module
 * Systolic arrays, and how long they take for one product. A tile of activations, `rows` inputs of `columns` tokens, stays in
 * an array while weights stream through it, one output a cycle.
 */
import type { SystolicSpec } from "@tandem-sim/schemas";

export interface Arrays {
  count: number;
  /** Sides of an array: inputs and tokens of a tile. */
  rows: number;
  columns: number;
  cyclesPerNs: number;
  /** Bytes per ns that reads of memory reach. */
  memoryBytes: number;
}

export const arraysOf = ({ arrays, clock, memory }: SystolicSpec): Arrays => ({
  count: arrays.count.value,
  rows: arrays.rows.value,
  columns: arrays.columns.value,
  cyclesPerNs: clock.value / 1000,
  memoryBytes: memory.bw.value * memory.reached.value,
});

/** Dense TFLOPS with every processing element at work: a multiplication and an addition a cycle. */
export const arraysTflops = ({ arrays, clock }: SystolicSpec): number =>
  (2 * arrays.count.value * arrays.rows.value * arrays.columns.value * clock.value) / 1e6;

/**
 * `input` x `output` weights for up to `columns` tokens on `sharing` arrays, cycles. Tiles of activations come one after
 * another. To load one takes a cycle a row, few tokens or many, and hides the first outputs of the last one; the other outputs
 * stream, divided over the arrays, which all hold the same tile.
 *
 * Source: NeuPIMs' simulator (casys-kaist/NeuPIMs), where it is `(K/128) (128 + 16 (M/128 - 1))` for 8 arrays of 128 x 128: a
 * tile that is loaded starts 128 cycles after the one before, the next 128 outputs 128 / 8 after the last ones.
 */
export const passCycles = ({ rows, columns }: Arrays, sharing: number, input: number, output: number): number =>
  Math.ceil(input / rows) * (rows + (columns / sharing) * (Math.ceil(output / columns) - 1));
