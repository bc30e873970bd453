/** Folder of the bundled workloads, with a trailing slash. */
export declare const workloadsUrl: URL;

/** Names of the bundled workloads, and the command that made each. */
export declare const manifest: { name: string; file: string; description: string; source: string }[];
