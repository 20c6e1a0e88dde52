import { flipPreferences } from "minimand/training";
import { describe, expect, it } from "vitest";
import { refuseUnknownOptions } from "../../../../../test/support/unknown-options.ts";

const pairs = Array.from({ length: 2000 }, (_, i) => ({ prompt: i, chosen: `w${i}`, rejected: `l${i}` }));

describe("flipped preferences", () => {
  it("are about as many as asked for, swapped and otherwise as they were", () => {
    const { pairs: noisy, flipped } = flipPreferences(pairs, { epsilon: 0.3, seed: 4 });
    expect(flipped.filter(Boolean).length / 2000).toBeCloseTo(0.3, 1);
    for (const [i, { prompt, chosen, rejected }] of noisy.entries())
      expect([prompt, chosen, rejected]).toEqual(flipped[i] ? [i, `l${i}`, `w${i}`] : [i, `w${i}`, `l${i}`]);
    expect(pairs[0].chosen).toBe("w0");
  });

  it("are the same for the same seed, and more of the same at a higher rate", () => {
    const of = (epsilon: number, seed = 4) => flipPreferences(pairs, { epsilon, seed }).flipped;
    expect(of(0.3)).toEqual(of(0.3));
    expect(of(0.3)).not.toEqual(of(0.3, 5));
    const [few, many] = [of(0.1), of(0.4)];
    expect(few.some((v, i) => v && !many[i])).toBe(false);
    expect(of(0).some(Boolean)).toBe(false);
  });

  it("are refused where there are none", () => {
    const options = { epsilon: 0.1, seed: 0 };
    expect(() => flipPreferences({} as never, options)).toThrow(/^pairs: expected a list of pairs/);
    expect(() => flipPreferences([{ chosen: 1 } as never], options)).toThrow(/^pairs\[0\]: expected a pair/);
    expect(() => flipPreferences(pairs, { epsilon: 1.5, seed: 0 })).toThrow(/^epsilon: .*got 1\.5$/);
    expect(() => flipPreferences(pairs, { epsilon: 0.5, seed: 0.5 })).toThrow(/^seed/);
  });

  refuseUnknownOptions({ flipPreferences: (options) => flipPreferences([], options) });
});
