import { execFileSync } from "node:child_process";

/** Looks at the built packages as their users will: publint, and arethetypeswrong for the libraries. */
const run = (...args: string[]): unknown => execFileSync("npx", args, { stdio: "inherit" });
execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
for (const folder of ["packages/minimand", "packages/compare", "packages/papers", "packages/cli"])
  run("publint", folder, "--strict");
for (const folder of ["packages/minimand", "packages/compare", "packages/papers"]) {
  run("attw", "--pack", folder, "--profile", "esm-only");
}
