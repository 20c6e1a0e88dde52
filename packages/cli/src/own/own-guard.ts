/* What modules of the user's may not do to the command: end it without a word, and write into its answer. */
import { Console } from "node:console";
import { isMainThread } from "node:worker_threads";
import { messageOf } from "../error-text.ts";
import { endOf } from "../failure.ts";
import { leave } from "../run/leave.ts";

/** The options with their files as they were given, by the addresses of all modules that they are made of. */
const owners = new Map<string, string>();
let loading: string | undefined;
let guarded = false;

/** Loads a module under guard, and from then on knows its parts. @param given the option with the file, as `--with x.mjs` */
export async function guardedLoad<Loaded extends { parts: Iterable<string> }>(
  given: string,
  load: () => Promise<Loaded>,
): Promise<Loaded> {
  guard();
  loading = given;
  try {
    const loaded = await load();
    for (const part of loaded.parts) owners.set(part, given);
    return loaded;
  } finally {
    loading = undefined;
  }
}

/**
 * From here on `process.exit` throws, an error that nothing catches ends the command with the file that it comes from, and what is
 * written on the console goes to stderr: stdout is the command's answer. In a worker thread, too, where `process.exit` would end that
 * thread alone and leave its trial without an end.
 */
function guard(): void {
  if (guarded) return;
  guarded = true;
  process.exit = () => {
    throw new RangeError(
      `${culprit(new Error().stack)}: expected code that leaves the program running, got a call of process.exit()`,
    );
  };
  Object.assign(console, new Console(process.stderr));
  process.prependListener("uncaughtException", (error) => {
    endFor(error);
    // A worker has no other listener.
    if (!isMainThread) throwOutOfWorker(error);
  });
  process.on("unhandledRejection", (reason) => {
    endFor(reason);
    throw reason;
  });
}

/** Ends the command for what a module has thrown where nothing catches it; does nothing for what comes from the command's own code. */
function endFor(thrown: unknown): void {
  const given = thrown instanceof Error ? (ownerOf(stackOf(thrown)) ?? loading) : culprit();
  if (!given) return;
  const error = new RangeError(
    `${given}: expected code without uncaught errors, got one in a timer or a promise: ${messageOf(thrown)}`,
  );
  // Of a worker it comes through to the main thread.
  if (!isMainThread) throwOutOfWorker(error);
  const { code, said } = endOf(error);
  process.stderr.write(said);
  leave(code);
}

/** Throws an error that ends the worker. Node ends it by `process.exit`. */
function throwOutOfWorker(error: unknown): never {
  process.exit = leave;
  throw error;
}

/** An error of a module may have a stack that throws, or is no text. */
function stackOf(error: Error): string {
  try {
    return String(error.stack);
  } catch {
    return "";
  }
}

const ownerOf = (stack: string): string | undefined =>
  [...owners].find(([part]) => stack.includes(part))?.[1];

function culprit(stack = ""): string {
  return ownerOf(stack) ?? loading ?? [...new Set(owners.values())].join(", ");
}
