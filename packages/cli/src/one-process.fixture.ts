import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { fileFor, type Ran, type RunOptions } from "../../../test/support/cli.ts";
import type { Question } from "./one-process-child.fixture.ts";

/**
 * Runs commands one after another in one process, whose start takes as long as thirty refusals. It has the program of
 * `bin/command.js` and its end. What needs a process of its own is for `minimand` of `test/support/cli.ts`: signals,
 * colours, one `--quiet` among others, code of the user's that changes, whether a later process finds what an earlier one kept.
 *
 * @param folder where they run, unless a call says where
 * @returns what `minimand` does
 */
export function oneProcess(
  folder?: string,
): (args: readonly string[], options?: Omit<RunOptions, "within" | "fromSource">) => Promise<Ran> {
  let child: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  afterAll(async () => {
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, "exit");
    // A command that a failed test has left at work ends at SIGTERM only when it comes to it.
    child.kill("SIGKILL");
    await ended;
  });
  return (args, { cwd = folder, env = {}, stdin = "" } = {}) => {
    child ??= started();
    const process = child;
    const asked = last.then(() => ask(process, { args, cwd, env, stdin }));
    last = asked.catch(() => {});
    return asked;
  };
}

const source = fileURLToPath(new URL("./one-process-child.fixture.ts", import.meta.url));

function started(): ChildProcess {
  const file = fileFor("one-process-child.js", source);
  const { NODE_OPTIONS: _, FORCE_COLOR: __, ...inherited } = process.env;
  const child = fork(file, {
    silent: true,
    serialization: "advanced",
    execArgv: file === source ? ["--conditions=minimand-source"] : [],
    env: {
      ...inherited,
      NODE_COMPILE_CACHE: join(tmpdir(), "minimand-test-compile-cache"),
      ORT_DISABLE_TELEMETRY: "1",
    },
  });
  child.stdin?.end();
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8");
  return child;
}

async function ask(child: ChildProcess, question: Question): Promise<Ran> {
  const said = (name: "stdout" | "stderr"): Promise<{ text: string; code: number }> =>
    new Promise((resolve, reject) => {
      let text = "";
      const stop = (): void => {
        child[name]?.off("data", take);
        child.off("exit", gone);
      };
      const take = (more: string): void => {
        text += more;
        const [, before, code] = text.match(/^(.*)\0(\d+)\0$/s) ?? [];
        if (before === undefined) return;
        stop();
        resolve({ text: before, code: Number(code) });
      };
      const gone = (code: number | null): void => {
        stop();
        reject(
          new Error(`expected a process that goes on after a command, got its end with ${code}: ${text}`),
        );
      };
      child[name]?.on("data", take);
      child.on("exit", gone);
    });
  const both = Promise.all([said("stdout"), said("stderr")]);
  child.send(question);
  const [stdout, stderr] = await both;
  return { code: stdout.code, stdout: stdout.text, stderr: stderr.text };
}
