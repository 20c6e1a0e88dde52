import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { promisify } from "node:util";
import { checkPrograms } from "./as-user/programs.ts";
import { makeProject, type Packed } from "./as-user/project.ts";
import { checkLines } from "./as-user/run-lines.ts";
import { checkPage } from "./as-user/run-page.ts";
import { checkPapers } from "./as-user/run-papers.ts";

/** Checks packages as their users find them: what is in the tarball, publint, arethetypeswrong, and projects that use them. */
export async function checkPackages(packed: readonly Packed[]): Promise<void> {
  const left = [...packed];
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      checkTarball(one);
      console.log(await output("publint", one.folder, "--strict"));
      console.log(await output("attw", one.tarball, "--profile", "esm-only"));
    }
  };
  // Two at a time take as many processors.
  await Promise.all([work(), work()]);
  checkPrograms(packed);
  await checkPage(packed);
  await checkLines(packed);
  await checkPapers(makeProject("papers", packed, { optional: true }));
}

/** Refuses a tarball that lacks what every package has, or holds what only tests need. */
function checkTarball({ folder, manifest, files }: Packed): void {
  const paths = files.map(({ path }) => path);
  const models = globSync("**/*.safetensors", { cwd: `${folder}/src` }).map((file) => `dist/${file}`);
  const missing = ["README.md", "LICENSE", ...models].filter((path) => !paths.includes(path));
  const wrong = paths.filter((path) => /\.(test|fixture)\.|conformance\./.test(path));
  if (missing.length > 0) throw new Error(`${folder}: the tarball has no ${missing.join(", ")}`);
  if (wrong.length > 0) throw new Error(`${folder}: the tarball holds files of tests: ${wrong.join(", ")}`);
  if (manifest.keywords === undefined) throw new Error(`${folder}/package.json: no keywords`);
}

/** What a program prints to its end; one that fails throws what it printed. */
async function output(program: string, ...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { encoding: "utf8", maxBuffer: 2 ** 26 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(" ")}:\n${stdout}${stderr}`);
  }
}
