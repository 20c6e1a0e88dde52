import { describe, expect, it } from "vitest";
import { bundledHost, madeUpImages } from "../kit/test-host.fixture.ts";
import { neighboursOf } from "../kit/tune-lattice.ts";
import type { Images } from "../reproduction.ts";
import { arms, scales } from "./arms.ts";
import { lattices } from "./lattice.ts";
import { materialOf, type Part, split } from "./material.ts";
import { materialsOf } from "./run.ts";

/** Rows as text, to tell them apart. */
const rowsIn = ({ x, y }: Part): string[] => {
  const size = x.length / y.length;
  return [...y.keys()].map((i) => x.subarray(i * size, (i + 1) * size).join(","));
};

/** Two sets of images that say their class in the first pixel and their number in the others. */
function imagesOf(name: string): Images {
  const start = name === "fashion-train" ? 0 : 300;
  const size = { count: name === "fashion-train" ? 300 : 100, height: 2, width: 4 };
  return madeUpImages(size, (row, place) => {
    const number = row + start;
    const written = [number % 250, number % 250, Math.floor(number / 250)][place - 2];
    return written ?? 20 * (row % 10);
  });
}
const madeUp = { ...bundledHost, images: async (name: string) => imagesOf(name) };

describe("the split into old and new classes", () => {
  it("shares no class between old and new, and no row between its parts", async () => {
    const { train, held, old, novel, inputs } = await split(materialOf("fashion"), 3, madeUp);
    expect([train.classes, inputs]).toEqual([6, 2]);
    const parts = [train, held, old, novel].map(rowsIn);
    expect(parts.map((p) => p.length)).toEqual([6 * 32, 6 * 4, 6 * 4, 4 * 40]);
    expect(new Set(parts.flat()).size).toBe(400);
    for (const part of [train, held, old])
      expect([...new Set(part.y)].toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...new Set(novel.y)].toSorted()).toEqual([0, 1, 2, 3]);
  });

  it("is the same for the same seed, with other classes for another", async () => {
    const at = async (seed: number) => rowsIn((await split(materialOf("fashion"), seed, madeUp)).novel);
    expect(await at(1)).toEqual(await at(1));
    expect(await at(1)).not.toEqual(await at(2));
  });

  it("standardises tables by the rows that are trained on", async () => {
    const { train, inputs } = await split(materialOf("letter"), 1, bundledHost, 0.2);
    const means = Array.from({ length: inputs }, (_, k) => {
      let sum = 0;
      for (let i = k; i < train.x.length; i += inputs) sum += train.x[i];
      return sum / train.y.length;
    });
    for (const mean of means) expect(Math.abs(mean)).toBeLessThan(1e-4);
  });
});

describe("what is tuned", () => {
  it("begins inside its lists, so that there are neighbours on either side", () => {
    for (const material of ["letter", "fashion", "omniglot", "orl"])
      for (const { choice, axes, start } of lattices(material, arms, () => [])) {
        const tuned = Object.values(axes).filter((values) => values.length > 1);
        expect(neighboursOf({ axes }, start), choice).toHaveLength(2 * tuned.length);
      }
    expect(() => lattices("pictures", arms, () => [])).toThrow(/material: expected one that is tuned/);
  });

  it("is the scale of every loss of directions, beside its margin or alone", () => {
    const scaled = lattices("letter", arms, () => []).filter(({ axes }) =>
      Object.values(axes).includes(scales),
    );
    const directions = arms.filter(({ head }) => head === "cosine" || head === "projected cosine");
    expect(scaled.map(({ label }) => label.arm)).toEqual(directions.map(({ id }) => id));
  });
});

describe("materials that are no part of the project", () => {
  it("are left out with a message, the bundled ones are demanded", async () => {
    const without = {
      ...bundledHost,
      images: async (name: string): Promise<Images> => {
        throw new RangeError(`no ${name}`);
      },
    };
    const search = materialsOf(["letter", "omniglot"], without);
    const told = await search.next();
    expect(told.value).toMatchObject({ message: "omniglot: left out, it is not here (no omniglot)" });
    expect((await search.next()).value).toMatchObject([{ id: "letter" }]);
    await expect(materialsOf(["fashion"], without).next()).rejects.toThrow("no fashion-train");
  });
});
