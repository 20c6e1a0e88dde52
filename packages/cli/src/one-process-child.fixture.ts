/*
 * The command again and again in one process, for `one-process.fixture.ts`: what it says goes to the process's own stdout and
 * stderr, and a mark on both ends it.
 */
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { endOf } from "./failure.ts";
import { makeProgram } from "./program.ts";

/** What is asked of the process. */
export interface Question {
  args: readonly string[];
  cwd: string | undefined;
  env: Record<string, string>;
  stdin: string | Uint8Array;
}

const bin = fileURLToPath(new URL("../bin/minimand.js", import.meta.url));

async function codeOf({ args, cwd, env, stdin }: Question): Promise<number> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  if (cwd !== undefined) process.chdir(cwd);
  process.argv = [process.execPath, bin, ...args];
  Object.defineProperty(process, "stdin", { value: Readable.from([Buffer.from(stdin)]), configurable: true });
  try {
    await makeProgram().parseAsync();
    return 0;
  } catch (error) {
    const { code, said } = endOf(error);
    process.stderr.write(said);
    return code;
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

process.on("message", async (question: Question) => {
  const mark = `\0${await codeOf(question)}\0`;
  process.stdout.write(mark);
  process.stderr.write(mark);
});
