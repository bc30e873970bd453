/**
 * @module
 * Whether a GPU profile is that of an instance: a profile holds for one GPU, model, dtype, degree of tensor parallelism and
 * kind of KV cache, and gives plausible figures for any other.
 */
import { TandemError } from "../errors.js";
import { kvElementBytes } from "../kv-cache.js";
import { dtypeVariant, type ModelConfig } from "../model.js";
import { Dtype, type InstanceOptions } from "../options.js";
import type { GpuProfile } from "./profile.js";

/** What an instance asks of its profile. */
export interface ProfileName {
  hardware: string;
  /** Undefined where the config gives the model as a file, which need not be called as the profile's is. */
  model: string | undefined;
  /** As `dtypeVariant` has it. */
  variant: string;
  tp: number;
}

/** Ends the variant of profiles that LLMServingSim measured with an fp8 KV cache: `bf16-kvfp8`. */
const fp8KvSuffix = "-kvfp8";

export const variantWithFp8Kv = (variant: string): string => `${variant}${fp8KvSuffix}`;
export const hasFp8Kv = (variant: string): boolean => variant.endsWith(fp8KvSuffix);

/** The `dtypeVariant` of a profile's variant; undefined for a name that its maker gave it, which tells nothing. */
function variantOf(profile: GpuProfile): string | undefined {
  const name = hasFp8Kv(profile.variant) ? profile.variant.slice(0, -fp8KvSuffix.length) : profile.variant;
  const dtype = Dtype.safeParse(name);
  if (dtype.success) return dtypeVariant[dtype.data];
  return Object.values(dtypeVariant).find((variant) => variant === name);
}

/**
 * @param where place of the instance in its config
 * @throws {TandemError} E_USAGE with all that differs, both values of each
 */
export function checkProfile(profile: GpuProfile, wanted: ProfileName, where: string): void {
  const pairs: [what: string, measured: string | number | undefined, wanted: string | number | undefined][] = [
    ["hardware", profile.hardware, wanted.hardware],
    ["model", profile.model, wanted.model],
    ["dtype", variantOf(profile), wanted.variant],
    ["tensor parallelism", profile.tp, wanted.tp],
  ];
  const differing = pairs.filter(
    ([, measured, own]) => measured !== undefined && own !== undefined && measured !== own,
  );
  if (differing.length === 0) return;
  const list = differing.map(([what, measured, own]) => `${what} ${measured}, the instance has ${own}`).join("; ");
  throw new TandemError("E_USAGE", `the GPU profile was measured with ${list}`, {
    where,
    hint: "a profile holds for one GPU, model, dtype and degree: name another one, or set the instance to what it is of",
  });
}

/**
 * Attention on the GPU takes what it took with the KV cache that was measured. Where all of it runs on PIM, any KV cache
 * will do.
 *
 * @param where place of the instance in its config
 * @throws {TandemError} E_UNSUPPORTED where attention runs on the GPU with KV elements of another size
 */
export function checkKvMeasured(
  profile: GpuProfile,
  model: ModelConfig,
  options: InstanceOptions,
  where: string,
): void {
  if (options.enableAttnOffloading && options.attnOffloadPhase === "all") return;
  const measured = kvElementBytes(model, { ...options, kvCacheDtype: profile.kvCacheDtype });
  const own = kvElementBytes(model, options);
  if (measured === own) return;
  throw new TandemError(
    "E_UNSUPPORTED",
    `the GPU profile was measured with KV elements of ${measured} byte${measured === 1 ? "" : "s"}, ` +
      `kv_cache_dtype ${options.kvCacheDtype} has ${own}, and attention runs on the GPU`,
    {
      where,
      hint:
        options.kvCacheDtype === "fp8"
          ? "name a profile that was measured with an fp8 KV cache, or offload all attention: --attn-offload-phase all"
          : "take --kv-cache-dtype fp8, or a profile that was measured with the model's own dtype",
    },
  );
}
