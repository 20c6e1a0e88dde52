import { execFile, execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { checkAsUser } from "./check-as-user.ts";
import { isPrivate } from "./is-private.ts";

/** Looks at the built packages as their users will: what is in the tarball, publint, arethetypeswrong, and a project with them. */

/** What a program prints to its end; one that fails throws what it printed. */
async function output(program: string, ...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { encoding: "utf8", maxBuffer: 2 ** 26 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(" ")}:\n${stdout}${stderr}`);
  }
}

/** Refuses a tarball that lacks what every package has, or holds what only tests need. */
async function checkTarball(folder: string): Promise<void> {
  const out = await output("npm", "pack", "--dry-run", "--json", "--workspace", folder);
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
const left = workspaces.filter((folder) => !isPrivate(folder));
/** Looks at one package after the other; two of these at a time take as many processors. */
async function checkPackages(): Promise<void> {
  for (let folder = left.shift(); folder !== undefined; folder = left.shift()) {
    await checkTarball(folder);
    console.log(await output("npx", "publint", folder, "--strict"));
    console.log(await output("npx", "attw", "--pack", folder, "--profile", "esm-only"));
  }
}
await Promise.all([checkPackages(), checkPackages()]);
checkAsUser();
