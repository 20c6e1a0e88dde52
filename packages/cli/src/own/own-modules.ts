/* Modules of the user's in this thread: they share the command's own packages, and it is known what they are made of. */
import { createHash } from "node:crypto";
// biome-ignore lint/style/noRestrictedImports: code of --with, which is run
import { readFileSync, realpathSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { guardedLoad } from "./own-guard.ts";

/**
 * Packages that a module gets from the command, wherever it lies: arrays of a second copy of the engine could not be mixed with
 * ours, and a file beside nobody's node_modules can import them, too.
 */
const shared = /^(minimand|@minimand\/(lab|compare|native)|@jax-js\/jax)(\/|$)/;

/** What each module has imported so far, by address. */
const imports = new Map<string, Set<string>>();
let hooked = false;

function hook(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (shared.test(specifier)) return next(specifier, { ...context, parentURL: import.meta.url });
      const resolved = next(specifier, context);
      const { parentURL } = context;
      if (parentURL !== undefined && resolved.url.startsWith("file:"))
        imports.set(parentURL, (imports.get(parentURL) ?? new Set()).add(resolved.url));
      // Where no package.json tells, Node would guess the same, with a warning.
      const untold = resolved.format == null && resolved.url.endsWith(".ts");
      return untold ? { ...resolved, format: "module-typescript" } : resolved;
    },
  });
}

/**
 * Loads a module of the user's: JavaScript, or TypeScript whose types can be left out.
 *
 * @param given the option with the path as it was given, as `--with x.mjs`
 * @returns its exports, and a hash of it and of all files that it imports, directly or not, apart from the shared packages. The
 *   hash knows files by their places beside the module, so that it moves with its folder
 * @throws whatever the module throws when it is loaded
 */
export async function loadModule(
  path: string,
  given: string,
): Promise<{ exported: Record<string, unknown>; sha256: string }> {
  hook();
  // As modules are known to one another: links followed.
  const place = realpathSync(path);
  const { href } = pathToFileURL(place);
  const { exported, parts } = await guardedLoad(given, async () => {
    const exported = (await import(href)) as Record<string, unknown>;
    const parts = new Set([href]);
    // A set takes in what is added while it is walked.
    for (const part of parts) for (const other of imports.get(part) ?? []) parts.add(other);
    return { exported, parts };
  });
  const hash = createHash("sha256");
  const files = [...parts].map((part) => fileURLToPath(part));
  const nameOf = (part: string): string => relative(dirname(place), part).replaceAll("\\", "/");
  for (const part of files.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)))
    hash
      .update(`${nameOf(part)}\0`)
      .update(readFileSync(part))
      .update("\0");
  return { exported, sha256: hash.digest("hex") };
}
