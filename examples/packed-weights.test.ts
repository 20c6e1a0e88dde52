import { expect, it } from "vitest";
import { packedWeights } from "./packed-weights.ts";

it("reads weights back from their bytes, the nearer the more bits they have", async () => {
  const packed = await packedWeights({ epochs: 6 });
  expect(packed.map(({ bytes }) => bytes)).toEqual([640, 320, 160]);
  expect(packed.map(({ same }) => same)).toEqual([true, true, true]);
  // Rounding at 8 bits, where hardly a weight is cut.
  expect(packed[0].error).toBeLessThan(0.9 * packed[0].step);
  const errors = packed.map(({ error }) => error);
  expect(errors[0]).toBeGreaterThan(0);
  expect(errors[0]).toBeLessThan(errors[1] / 4);
  expect(errors[1]).toBeLessThan(errors[2] / 2);
  expect(packed[0].accuracy).toBeGreaterThan(0.85);
  expect(packed[2].accuracy).toBeGreaterThan(packed[0].accuracy - 0.1);
});
