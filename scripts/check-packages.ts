import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Looks at the built packages as their users will: publint, and arethetypeswrong. */
const run = (...args: string[]): unknown => execFileSync("npx", args, { stdio: "inherit" });
execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
const { workspaces } = JSON.parse(readFileSync("package.json", "utf8")) as { workspaces: string[] };
for (const folder of workspaces) {
  run("publint", folder, "--strict");
  run("attw", "--pack", folder, "--profile", "esm-only");
}
