import { join } from "node:path";
import { expect, test } from "vitest";
import { flagPage } from "./flag-page.js";
import { repository } from "./tandem.js";

test("docs/reference/flags.md is up to date (vitest -u writes it)", async () => {
  await expect(await flagPage()).toMatchFileSnapshot(join(repository, "docs/reference/flags.md"));
});
