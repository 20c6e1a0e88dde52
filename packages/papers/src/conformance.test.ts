import { describe, expect, it } from "vitest";
import { cards, loadReproduction, seedsOfRun, seenSeeds } from "./index.ts";
import { smallHost } from "./kit/test-host.fixture.ts";
import type { Host, Scale } from "./reproduction.ts";

/** Specs of a run, which is left when it waits for its first trial. */
async function specsOf(slug: string, scale: Scale, firstSeed: number | null = null): Promise<object[]> {
  const { run } = await loadReproduction(slug);
  const asked: unknown[] = [];
  const trials: Host<unknown, unknown>["trials"] = (specs) => {
    asked.push(...specs);
    return {
      [Symbol.asyncIterator]: () => {
        throw new Error("left");
      },
    };
  };
  const left = async () => {
    for await (const _ of run({ ...smallHost, scale, seeds: 1, firstSeed, trials }));
  };
  await expect(left()).rejects.toThrow("left");
  return asked as object[];
}

/** Seeds of what isn't drawn anew: instances that all are judged by, a problem whose gradients are compared. */
const fixedSeeds = (slug: string): number[] => (slug === "pi-hc-moe" ? [1, 4242] : []);

describe.each(cards.map(({ slug }) => slug))("the trials of %s", (slug) => {
  it("are plain JSON at every scale, none asked for twice", async () => {
    for (const scale of ["quick", "default", "full"] as const) {
      const specs = await specsOf(slug, scale);
      expect(JSON.parse(JSON.stringify(specs))).toEqual(specs);
      expect(new Set(specs.map((spec) => JSON.stringify(spec))).size).toBe(specs.length);
    }
  });

  it("have seeds on which nothing was chosen, and all others from another first one on", async () => {
    const reproduction = await loadReproduction(slug);
    const { firstSeed: own = 0, tuningSeeds } = reproduction;
    for (const scale of ["quick", "default", "full"] as const) {
      const used = (seeds: number | null, firstSeed: number | null) =>
        seedsOfRun(reproduction, { ...smallHost, scale, seeds, firstSeed });
      const usual = await used(null, null);
      expect(usual).toContain(own);
      expect(tuningSeeds.filter((seed) => usual.includes(seed))).toEqual([]);
      const others = await used(2, 5000);
      expect(others).toEqual(expect.arrayContaining([5000, 5001]));
      expect(others.filter((seed) => seed < 5000)).toEqual(fixedSeeds(slug));
    }
    const asked = { ...smallHost, scale: "default", seeds: 3 } as const;
    expect(await seenSeeds(reproduction, { ...asked, firstSeed: own + 1 }, 3)).toContain(
      "the paper's page hasn't",
    );
    expect(await seenSeeds(reproduction, { ...asked, firstSeed: 5000 }, 3)).toBeNull();
    const shifted = await specsOf(slug, "default", own + 7);
    expect(shifted).not.toEqual(await specsOf(slug, "default"));
    expect(await specsOf(slug, "default", own)).toEqual(await specsOf(slug, "default"));
  });
});
