import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { library } from "../../../test/support/library.ts";
import { cards } from "./cards.ts";

/** What a file imports of the library and the lab, by itself and through the files that it imports. */
function importedBy(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file) || !existsSync(file)) return [];
  seen.add(file);
  const imports = readFileSync(file, "utf8").matchAll(/^(?:im|ex)port (?:\{([^}]*)\} )?.*?from "([^"]+)"/gms);
  return [...imports].flatMap(([, names = "", from]) => {
    if (from.endsWith(".ts")) return importedBy(join(dirname(file), from), seen);
    return /^(minimand|@minimand\/lab)(\/|$)/.test(from) ? names.split(",").map((name) => name.trim()) : [];
  });
}

describe.each(cards.map((card) => [card.slug, card] as const))("the pieces of %s", (slug, { pieces }) => {
  it("are exported, and imported by the run or by an example that the page links to", () => {
    const folder = join(import.meta.dirname, slug);
    const page = readFileSync(join(folder, "README.md"), "utf8");
    const examples = [...page.matchAll(/\]\(([./]+\/examples\/[^)]+\.ts)\)/g)].map(([, path]) => path);
    const run = globSync("run/**/*.ts", { cwd: folder, exclude: ["**/*.test.ts"] });
    const files = [...run, ...examples].map((path) => join(folder, path));
    const imported = new Set(files.flatMap((file) => importedBy(file)));
    expect(pieces.length).toBeGreaterThan(0);
    expect(pieces.filter((piece) => !Object.hasOwn(library, piece) || !imported.has(piece))).toEqual([]);
  });
});
