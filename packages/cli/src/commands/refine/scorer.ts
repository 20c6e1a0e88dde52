import { resolve } from "node:path";
import { received } from "minimand/engine";
import { messageOf } from "../../error-text.ts";
import { UsageError } from "../../failure.ts";
import { loadModule } from "../../own/own-modules.ts";
import type { Picture } from "./picture.ts";

/** What a scorer is asked about. */
export interface Shown extends Picture {
  /** What was asked for, in short. */
  prompt: string;
  /** What the picture was made of. */
  rewrite: string;
}

/** A judge of pictures: a module of the user's. */
export interface Scorer {
  /** The module, as it was named. */
  file: string;
  /** The higher, the better. */
  score(shown: Shown): Promise<number>;
  /** Which rewrites may be sent to the service; all where the module doesn't say. */
  allows(rewrite: string): Promise<boolean>;
  /** Hash of the module and all that it imports. */
  sha256: string;
}

/**
 * Loads a module that judges pictures: it exports by default, or as `score`, a function of `{ prompt, rewrite, bytes, type }` that gives
 * a number, or a promise of one; the higher, the better. It may export `promptFilter(rewrite)`, false for what must not be sent.
 *
 * @throws UsageError in one line with the file, for one that can't be loaded or exports something else; the functions throw it
 *   for what is no finite number, and for what the module throws
 */
export async function loadScorer(file: string): Promise<Scorer> {
  const refused = (what: string): UsageError => new UsageError(`--scorer ${file}: expected ${what}`);
  const { exported, sha256 } = await loadModule(resolve(file), `--scorer ${file}`).catch((error: unknown) => {
    throw refused(`a module that can be loaded, got ${messageOf(error)}`);
  });
  const { score = exported.default, promptFilter } = exported;
  if (typeof score !== "function")
    throw refused(`a function as default export or as 'score', got ${received(score)}`);
  if (promptFilter !== undefined && typeof promptFilter !== "function")
    throw refused(`a function as 'promptFilter', got ${received(promptFilter)}`);
  const call = async (what: (...args: unknown[]) => unknown, argument: unknown): Promise<unknown> => {
    try {
      return await what(argument);
    } catch (error) {
      throw refused(`an answer, got an error: ${messageOf(error)}`);
    }
  };
  return {
    file,
    sha256,
    async score(shown) {
      const value = await call(score as () => unknown, shown);
      if (typeof value === "number" && Number.isFinite(value)) return value;
      throw refused(`a finite number of a picture of '${shown.rewrite}', got ${received(value)}`);
    },
    allows: async (rewrite) =>
      promptFilter === undefined || (await call(promptFilter as () => unknown, rewrite)) === true,
  };
}
