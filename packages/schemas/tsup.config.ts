import { packageBuild } from "../../tsup.base.js";

export default packageBuild({ index: "src/index.ts", errors: "src/errors.ts", "node/index": "src/node/index.ts" });
