import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Results } from "@minimand/compare";
import { atEndOfFile } from "./end-of-file.ts";

/** The file that starts the command. */
export const bin = fileURLToPath(new URL("../../packages/cli/bin/minimand.js", import.meta.url));

/** Returns the path of a file of the system tier's bundle, or that of the source if no bundle was built. */
export function fileFor(bundled: string, source: string): string {
  const folder = process.env.MINIMAND_TEST_BUNDLE;
  return folder === undefined ? source : join(folder, bundled);
}

export interface Ran {
  /** Exit code; null where a signal ended the program. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  stdin?: string | Uint8Array;
  env?: Record<string, string>;
  /** A command that starts what follows it, elsewhere or otherwise. */
  within?: readonly string[];
  /** Runs the sources: a preloaded hook replaces one of our modules, which the bundle has merged. */
  fromSource?: boolean;
}

/** Starts the command as a user does, in a process of its own. */
export function start(
  args: readonly string[],
  { cwd, stdin, env = {}, within = [], fromSource = false }: RunOptions = {},
): { child: ChildProcess; ended: Promise<Ran>; said: () => Omit<Ran, "code"> } {
  // The condition under which tests run from source is the command's own affair.
  const { NODE_OPTIONS: _, FORCE_COLOR: __, ...inherited } = process.env;
  const file = fromSource ? bin : fileFor("minimand.js", bin);
  const [command, ...rest] = [...within, process.execPath, file, ...args];
  const child = spawn(command, rest, {
    ...(cwd === undefined ? {} : { cwd }),
    // Half of the time of a refused command is compiling its modules.
    env: { ...inherited, NODE_COMPILE_CACHE: join(tmpdir(), "minimand-test-compile-cache"), ...env },
  });
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8");
    child[stream].on("data", (text: string) => {
      texts[stream] += text;
    });
  }
  // A command that refuses its arguments doesn't wait for its input.
  child.stdin.on("error", () => {});
  child.stdin.end(stdin ?? "");
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...texts }));
  });
  return { child, ended, said: () => ({ ...texts }) };
}

/** Runs the command to its end. */
export function minimand(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return start(args, options).ended;
}

/** Settings under which a comparison takes about a second. */
export const tiny = [
  ...["--folds", "2", "--seeds", "1", "--configurations", "1", "--max-epochs", "2", "--references", "none"],
  ...["--losses", "focal", "--hidden", "4", "--bins", "0", "--members", "1", "--workers", "1"],
];

/** An empty folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "minimand-test-"));
  atEndOfFile(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder of its own that is gone after the tests of the file, and the command in it. */
export function workFolder() {
  const folder = temporaryFolder();
  const at = (...path: string[]): string => join(folder, ...path);
  const run = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
    minimand(args, { cwd: folder, ...options });
  return {
    folder,
    at,
    run,
    compare: (...args: string[]): Promise<Ran> => run(["compare", ...args]),
    resultsOf: (out: string): Results => JSON.parse(readFileSync(at(out, "results.json"), "utf8")),
  };
}

/** Paths of all files and folders below a folder. */
export function everythingIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

/** Two numeric inputs, a category, and a class that the first input tells; `rows` lines and a header. */
export function sample(rows = 40): { columns: string[]; cells: string[][] } {
  return {
    columns: ["size", "weight", "kind", "y"],
    cells: Array.from({ length: rows }, (_, i) => [
      (Math.sin(i * i) + 2 * (i % 2)).toFixed(3),
      (100 * Math.cos(3 * i * i)).toFixed(2),
      ["red", "green", "blue"][i % 3],
      i % 2 ? "yes" : "no",
    ]),
  };
}

/** The sample as CSV. */
export function sampleCsv(rows = 40): string {
  const { columns, cells } = sample(rows);
  return `${[columns, ...cells].map((line) => line.join(",")).join("\n")}\n`;
}
