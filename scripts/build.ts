import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";

/** Builds the packages in the order of their dependencies: each one's types are read from the dist/ of those before. */
const { workspaces } = JSON.parse(readFileSync("package.json", "utf8")) as { workspaces: string[] };
for (const folder of workspaces) {
  rmSync(`${folder}/dist`, { recursive: true, force: true });
  execFileSync("tsc", ["-p", `${folder}/tsconfig.build.json`], { stdio: "inherit" });
  console.log(`${folder}/dist`);
}
