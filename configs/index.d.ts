/** Folder of the bundled configs, with a trailing slash. */
export declare const configsUrl: URL;

/** Names of the bundled configs by kind, as the loaders of `@tandem-sim/schemas/node` look them up. */
export declare const manifest: { cluster: string[]; model: string[]; pim: string[]; gpu: string[]; gpuSpec: string[] };
