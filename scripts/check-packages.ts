import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { checkAsUser } from "./check-as-user.ts";
import { isPrivate } from "./is-private.ts";

/** Looks at the built packages as their users will: what is in the tarball, publint, arethetypeswrong, and a project with them. */
const run = (...args: string[]): unknown => execFileSync("npx", args, { stdio: "inherit" });

/** Refuses a tarball that lacks what every package has, or holds what only tests need. */
function checkTarball(folder: string): void {
  const out = execFileSync("npm", ["pack", "--dry-run", "--json", "--workspace", folder], {
    encoding: "utf8",
  });
  const [{ files }] = JSON.parse(out) as { files: { path: string }[] }[];
  const paths = files.map(({ path }) => path);
  const models = globSync("**/*.safetensors", { cwd: `${folder}/src` }).map((file) => `dist/${file}`);
  const missing = ["README.md", "LICENSE", ...models].filter((path) => !paths.includes(path));
  const wrong = paths.filter((path) => /\.(test|fixture)\.|conformance\./.test(path));
  const { keywords = [] } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as {
    keywords?: string[];
  };
  if (missing.length > 0) throw new Error(`${folder}: the tarball has no ${missing.join(", ")}`);
  if (wrong.length > 0) throw new Error(`${folder}: the tarball holds files of tests: ${wrong.join(", ")}`);
  if (keywords.length === 0) throw new Error(`${folder}/package.json: no keywords`);
}

execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
const { workspaces } = JSON.parse(readFileSync("package.json", "utf8")) as { workspaces: string[] };
for (const folder of workspaces.filter((folder) => !isPrivate(folder))) {
  checkTarball(folder);
  run("publint", folder, "--strict");
  run("attw", "--pack", folder, "--profile", "esm-only");
}
checkAsUser();
