import { execFile, spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { readmes, shellLines, treatments } from "./lines.ts";
import { makeProject, type Packed, type Project, temporary } from "./project.ts";

/** Runs the lines of the READMEs, in a project with the packed command and in a folder with the files that they name. */
export async function checkLines(packed: readonly Packed[]): Promise<void> {
  const registry = spawnSync("npm", ["view", "is-number", "version"], { timeout: 20_000 }).status === 0;
  if (!registry) console.log("SKIPPED: no registry answers, so no line 'npm install' is run");
  const project = makeProject("command", packed, { optional: true });
  putFiles(project.folder);
  // The same command with and without `npx` is run once.
  const lines = new Map(
    readmes()
      .flatMap(shellLines)
      .map((line) => [line.replace(/^npx minimand/, "minimand"), line]),
  );
  const commands = async (): Promise<void> => {
    for (const line of lines.values()) {
      const how = treatments[line];
      if ("because" in how) console.log(`left out, ${how.because}: ${line}`);
      else if (how.kind === "run") await runLine(withMore(line, how.more), project);
      else if (how.kind === "service") await runService(`${line} ${how.more}`, project);
    }
  };
  const installations = async (): Promise<void> => {
    for (const line of registry ? lines.values() : [])
      if (treatments[line].kind === "install") await install(line, packed, project);
  };
  // npm waits for the disk while commands compute.
  await Promise.all([commands(), installations()]);
}

/** Adds options to a line, before what writes its output to a file. */
const withMore = (line: string, more: string | undefined): string =>
  more === undefined ? line : line.replace(/( >.*)?$/, ` ${more}$1`);

/** Puts the files of the lines into a new folder: customers with an identifier, pictures, and a site of one page. */
function putFiles(folder: string): void {
  const data = join("packages", "data", "files");
  for (const name of ["photos", "site"]) mkdirSync(join(folder, name), { recursive: true });
  const [header, ...rows] = gunzipSync(readFileSync(join(data, "churn.csv.gz")))
    .toString()
    .trim()
    .split("\n");
  const table = (name: string, from: number, to: number): void =>
    writeFileSync(
      join(folder, name),
      [
        `customer,${header.replace(/target$/, "churned")}`,
        ...rows.slice(from, to).map((row, i) => `c${i},${row}`),
        "",
      ].join("\n"),
    );
  table("churn.csv", 0, 500);
  table("new-customers.csv", 500, 550);
  copyFileSync(join(data, "photographs", "camera.png"), join(folder, "radar.png"));
  for (const name of ["china.jpg", "flower.jpg"])
    copyFileSync(join(data, "photographs", name), join(folder, "photos", name));
  writeFileSync(join(folder, "site", "index.html"), "<!doctype html><title>A site</title>");
}

async function runLine(line: string, { folder: cwd, env }: Project): Promise<void> {
  const from = performance.now();
  await promisify(execFile)("bash", ["-c", line], { cwd, env, timeout: 300_000, maxBuffer: 2 ** 26 });
  console.log(`runs in ${((performance.now() - from) / 1000).toFixed(1)} s: ${line}`);
}

/** Starts a line, asks the address that it prints once, and stops it. */
async function runService(line: string, { folder: cwd, env }: Project): Promise<void> {
  const child = spawn("bash", ["-c", `exec ${line}`], { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const hang = setTimeout(() => child.kill("SIGKILL"), 60_000);
  try {
    let answer: Response | undefined;
    for await (const printed of createInterface(child.stdout)) {
      answer = await fetch(printed);
      break;
    }
    if (answer?.status !== 200)
      throw new Error(`${line}: expected an answer 200, got ${answer?.status ?? "none"}`);
  } finally {
    child.kill("SIGTERM");
  }
  const code = await ended;
  clearTimeout(hang);
  if (code !== 0) throw new Error(`${line}: expected exit code 0 after SIGTERM, got ${code}`);
  console.log(`answers, and ends: ${line}`);
}

/** Installs a line's packages by npm in an empty folder: ours from their tarballs, those that they depend on included. */
async function install(line: string, packed: readonly Packed[], project: Project): Promise<void> {
  const folder = temporary("install");
  const ours = new Map(packed.map((one) => [one.manifest.name, one]));
  const named = line.split(" ").slice(2);
  const names = new Set(named);
  for (const name of names)
    for (const other of Object.keys(ours.get(name)?.manifest.dependencies ?? {}))
      if (ours.has(other)) names.add(other);
  const asked = [...names].map((name) => ours.get(name)?.tarball ?? name);
  const env = {
    ...project.env,
    npm_config_cache: process.env.npm_config_cache,
    npm_config_ignore_scripts: "true",
  };
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--prefix", folder];
  await runLine(["npm", "install", ...options, ...asked].join(" "), { folder, env });
  const modules = join(folder, named.includes("--global") ? "lib/node_modules" : "node_modules");
  for (const name of named.filter((name) => ours.has(name)))
    readFileSync(join(modules, name, "package.json"));
}
