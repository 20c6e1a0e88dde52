import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/*
 * Builds the whole site with the reference of all modules, and follows every link of it: `npm run check:site`. With a folder,
 * `npm run check:site -- FOLDER`, the site stays there for the tests of its pages, which else build a small one (MINIMAND_SITE=FOLDER).
 */
const [kept] = process.argv.slice(2);
const folder = kept ?? mkdtempSync(join(tmpdir(), "minimand-site-"));
try {
  execFileSync(
    process.execPath,
    [
      ...["--conditions=minimand-source", "packages/site/src/build.ts", "--out", folder],
      ...["--url", "https://example.org/a/sub-path/"],
    ],
    { stdio: "inherit" },
  );
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
}
