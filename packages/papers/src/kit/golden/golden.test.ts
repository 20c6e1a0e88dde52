import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import type { Adapters } from "./adapters.ts";
import { compare } from "./compare.fixture.ts";

/*
 * Reference numbers of the papers, `<slug>/golden/<slug>.json`, run through the adapters next to them, a table from the vectors' function
 * names to the library. GOLDEN_DIR=<folder> runs the vectors `<slug>.json` of another folder.
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

const papers = fileURLToPath(new URL("../../", import.meta.url));
const other = process.env.GOLDEN_DIR;
const vectorsOf = (slug: string): string =>
  other === undefined ? join(papers, slug, "golden", `${slug}.json`) : join(other, `${slug}.json`);
// Another folder may have vectors of papers that aren't here.
const slugs = readdirSync(papers).filter(
  (slug) => existsSync(join(papers, slug, "golden/adapters.ts")) && existsSync(vectorsOf(slug)),
);
if (slugs.length === 0)
  throw new Error(`GOLDEN_DIR: expected a folder with vectors of implemented papers, got ${other}`);

for (const slug of slugs) {
  const { cases } = JSON.parse(readFileSync(vectorsOf(slug), "utf8")) as { cases: GoldenCase[] };
  const { adapters } = (await import(`../../${slug}/golden/adapters.ts`)) as { adapters: Adapters };
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
