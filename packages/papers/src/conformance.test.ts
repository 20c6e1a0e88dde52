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

/** The first and the last spec of each part: other arms, where there are some. */
const someOfEach = (specs: readonly object[]): object[] => {
  const partOf = (spec: object) => JSON.stringify(["part", "kind"].map((name) => spec[name as never]));
  const parts = [...Map.groupBy(specs, partOf).values()];
  return [...new Set(parts.flatMap((own) => [own[0], own[own.length - 1]]))];
};

/** The same with other seeds, wherever they stand. */
const reseeded = (spec: object): object =>
  JSON.parse(JSON.stringify(spec), (name, value) => {
    if (name === "seeds") return value.map((seed: number) => seed + 1);
    return name === "seed" ? value + 1 : value;
  });

/** Without the times that trials measure. */
const timeless = (result: unknown) =>
  JSON.parse(JSON.stringify(result), (name, value) =>
    ["seconds", "milliseconds", "times"].includes(name) ? null : value,
  );

describe.each(cards.map(({ slug }) => slug))("the trials of %s", (slug) => {
  it("give the same result for the same spec, and another one for another seed", async () => {
    const { trial } = await loadReproduction(slug);
    const found: { same: unknown; other: unknown }[] = [];
    for (const spec of someOfEach(await specsOf(slug, "quick"))) {
      const [first, again] = [await trial(spec, smallHost), await trial(spec, smallHost)];
      expect(timeless(again), JSON.stringify(spec)).toEqual(timeless(first));
      found.push({ same: timeless(first), other: timeless(await trial(reseeded(spec), smallHost)) });
    }
    expect(found.map(({ other }) => other)).not.toEqual(found.map(({ same }) => same));
  });

  it("are plain JSON at every scale, none asked for twice", async () => {
    for (const scale of ["quick", "default", "full"] as const) {
      const specs = await specsOf(slug, scale);
      expect(JSON.parse(JSON.stringify(specs))).toEqual(specs);
      expect(new Set(specs.map((spec) => JSON.stringify(spec))).size).toBe(specs.length);
    }
  });
});
