import { execFileSync } from "node:child_process";

/** Looks at the built packages as their users will: publint, and arethetypeswrong for the libraries. */
const run = (...args: string[]): unknown => execFileSync("npx", args, { stdio: "inherit" });
execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
const libraries = ["packages/minimand", "packages/compare", "packages/papers", "packages/native"];
for (const folder of [...libraries, "packages/cli"]) run("publint", folder, "--strict");
for (const folder of libraries) {
  run("attw", "--pack", folder, "--profile", "esm-only");
}
