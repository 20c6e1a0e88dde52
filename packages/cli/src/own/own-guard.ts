/* What modules of the user's may not do to the command: end it without a word, and write into its answer. */
import { Console } from "node:console";

/** The files of `--with` as they were given, by the addresses of all modules that they are made of. */
const owners = new Map<string, string>();
let loading: string | undefined;
let guarded = false;

/** Loads a module under guard, and from then on knows its parts. */
export async function guardedLoad<Loaded extends { parts: Iterable<string> }>(
  file: string,
  load: () => Promise<Loaded>,
): Promise<Loaded> {
  guard();
  loading = file;
  try {
    const loaded = await load();
    for (const part of loaded.parts) owners.set(part, file);
    return loaded;
  } finally {
    loading = undefined;
  }
}

/**
 * From here on `process.exit` throws, and what is written on the console goes to stderr: stdout is the command's answer. In a
 * worker thread, too, where `process.exit` would end that thread alone and leave its trial without an end.
 */
function guard(): void {
  if (guarded) return;
  guarded = true;
  process.exit = () => {
    throw new RangeError(
      `--with ${culprit(new Error().stack)}: expected code that leaves the program running, got a call of process.exit()`,
    );
  };
  Object.assign(console, new Console(process.stderr));
}

function culprit(stack = ""): string {
  const found = [...owners].find(([part]) => stack.includes(part))?.[1];
  return found ?? loading ?? [...new Set(owners.values())].join(", ");
}
