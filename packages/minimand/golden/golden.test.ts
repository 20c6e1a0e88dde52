import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import type { Adapters } from "./adapters.ts";
import { compare } from "./compare.fixture.ts";

/*
 * Reference numbers of the papers, `<slug>.json`, run through the adapters in `<slug>.ts`, a table from the
 * vectors' function names to the library. GOLDEN_DIR=<folder> runs other vectors of the same format.
 */
interface GoldenCase {
  name: string;
  fn: string;
  inputs: Record<string, never>;
  options?: Record<string, never>;
  expected: unknown;
  rtol: number;
  atol?: number;
}

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.env.GOLDEN_DIR ?? here;
const vectors = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -".json".length));
// Another folder may have vectors of papers that aren't here.
const slugs = folder === here ? vectors : vectors.filter((slug) => existsSync(join(here, `${slug}.ts`)));
if (slugs.length === 0)
  throw new Error(`GOLDEN_DIR: expected a folder with vectors of implemented papers, got ${folder}`);

for (const slug of slugs) {
  const { cases } = JSON.parse(readFileSync(join(folder, `${slug}.json`), "utf8")) as { cases: GoldenCase[] };
  const { adapters } = (await import(`./${slug}.ts`)) as { adapters: Adapters };
  describe(slug, () => {
    it.each(cases.map((c) => [c.name, c] as const))("%s", async (_, c) => {
      const adapter = adapters[c.fn];
      if (adapter === undefined)
        throw new Error(`no adapter for the function ${JSON.stringify(c.fn)} of ${slug}`);
      const actual = await adapter(c.inputs, (c.options ?? {}) as Record<string, never>, c.expected as never);
      compare(actual, c.expected, c.rtol, c.atol ?? 1e-12, "expected");
    });
  });
}
