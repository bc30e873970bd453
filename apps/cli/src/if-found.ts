/**
 * @module
 * What a name stands for, where it is no mistake that it leads nowhere.
 */
import { TandemError } from "@tandem-sim/schemas";

/** What `find` gives; null where it says E_NOT_FOUND. @throws whatever else it throws */
export function ifFound<T>(find: () => T): T | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof TandemError && error.code === "E_NOT_FOUND") return null;
    throw error;
  }
}
