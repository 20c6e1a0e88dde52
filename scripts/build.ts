import { execFileSync } from "node:child_process";
import { cpSync, globSync, readFileSync, rmSync } from "node:fs";
import { isPrivate } from "./is-private.ts";

/** Builds the packages that are published in the order of their dependencies: each one's types are read from the dist/ of those before. */
const { workspaces } = JSON.parse(readFileSync("package.json", "utf8")) as { workspaces: string[] };
for (const folder of workspaces) {
  if (isPrivate(folder)) continue;
  rmSync(`${folder}/dist`, { recursive: true, force: true });
  execFileSync("tsc", ["-p", `${folder}/tsconfig.build.json`], { stdio: "inherit" });
  // Models that are read as they are; the compiler knows nothing of them.
  for (const file of globSync("**/*.safetensors", { cwd: `${folder}/src` }))
    cpSync(`${folder}/src/${file}`, `${folder}/dist/${file}`);
  console.log(`${folder}/dist`);
}
