#!/usr/bin/env node
import module from "node:module";

// Keeps what Node has compiled for the next start; from 22.8 on.
module.enableCompileCache?.();
await import("../dist/main.js");
