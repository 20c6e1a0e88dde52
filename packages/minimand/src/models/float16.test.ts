import { describe, expect, it } from "vitest";
import { fromFloat16, toFloat16 } from "./float16.ts";

/** Made of IEEE 754's own words by the runtime. */
const runtime = (value: number): number => {
  const view = new DataView(new ArrayBuffer(2));
  view.setFloat16(0, value);
  return view.getUint16(0);
};

describe("half precision", () => {
  it("every number of it comes back as it was", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromFloat16(bits);
      if (Number.isNaN(value)) expect(toFloat16(value) & 0x7fff).toBeGreaterThan(0x7c00);
      else expect(toFloat16(value)).toBe(bits);
    }
  });

  it("numbers in between go to the nearest, of two to the even one", () => {
    const between = Array.from({ length: 4000 }, (_, i) => Math.sin(i) * 2 ** ((i % 45) - 28));
    const halves = Array.from(
      { length: 2000 },
      (_, i) => (fromFloat16(15 * i) + fromFloat16(15 * i + 1)) / 2,
    );
    for (const value of [...between, ...halves, 65519.99, 65520, 1e9, -Infinity, 2 ** -25, 2 ** -26, -0])
      expect(toFloat16(value), String(value)).toBe(runtime(value));
  });
});
