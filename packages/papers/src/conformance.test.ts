import { describe, expect, it } from "vitest";
import { cards, loadReproduction } from "./index.ts";
import { smallHost } from "./kit/test-host.fixture.ts";
import type { Host, Scale } from "./reproduction.ts";

/** Specs of a run, which is left when it asks for its first trial. */
async function specsOf(slug: string, scale: Scale): Promise<object[]> {
  const { run } = await loadReproduction(slug);
  let asked: readonly unknown[] = [];
  const trials: Host<unknown, unknown>["trials"] = (specs) => {
    asked = specs;
    throw new Error("left");
  };
  const left = async () => {
    for await (const _ of run({ ...smallHost, scale, seeds: 1, trials }));
  };
  await expect(left()).rejects.toThrow("left");
  return asked as object[];
}

describe.each(cards.map(({ slug }) => slug))("the trials of %s", (slug) => {
  it("are plain JSON at every scale, none asked for twice", async () => {
    for (const scale of ["quick", "default", "full"] as const) {
      const specs = await specsOf(slug, scale);
      expect(JSON.parse(JSON.stringify(specs))).toEqual(specs);
      expect(new Set(specs.map((spec) => JSON.stringify(spec))).size).toBe(specs.length);
    }
  });
});
