import { expect, it } from "vitest";
import { twoSamples } from "./two-samples.ts";

it("separates species, and not halves of one", async () => {
  const compared = await twoSamples({ divisions: 200 });
  expect(compared).toHaveLength(5);
  for (const { divergence, ofGram, sigma } of compared) {
    expect(divergence).toBeCloseTo(ofGram, 4);
    expect(sigma).toBeGreaterThan(0.3);
    expect(sigma).toBeLessThan(4);
  }
  const [halves, species] = [compared.slice(0, 3), compared.slice(3)];
  // One division in fifty is as far apart as the halves of versicolor.
  for (const { p } of halves) expect(p).toBeGreaterThan(0.01);
  // No random division is as far apart.
  for (const { p } of species) expect(p).toBeCloseTo(1 / 201, 12);
  expect(species[1].divergence).toBeGreaterThan(species[0].divergence);
  expect(species[0].divergence).toBeGreaterThan(3 * Math.max(...halves.map((row) => row.divergence)));
});
