import { packageBuild } from "../../tsup.base.js";

export default packageBuild({
  index: "src/index.ts",
  "pages/index": "src/pages/index.ts",
  "terminal/index": "src/terminal/index.ts",
});
