/**
 * @module
 * The `meta.yaml` of a raw LLMServingSim bundle, from its fields.
 */
import { stringify } from "yaml";
import type { RawProfileMeta } from "./profile-meta.js";

/** @example bundleMetaText({ hardware: "H100", model: "mine", variant: "bf16", architecture: "llama", tp_degrees: [1] }) */
export const bundleMetaText = (meta: RawProfileMeta): string => stringify(meta, { lineWidth: 0 });
