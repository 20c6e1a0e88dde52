import { expect, it } from "vitest";
import { calibrate } from "./calibration-layer.ts";

it("predicts strength better by a recipe and a fit together than by a fit alone", async () => {
  const { mixes, tests, curve, network, together } = await calibrate({ steps: 40 });
  expect(mixes).toBe(175);
  expect(tests).toBeGreaterThan(80);
  // MPa; concretes here have 36 on average.
  for (const error of [curve, network, together]) expect(error).toBeLessThan(15);
  expect(together).toBeLessThan(curve);
}, 120_000);
