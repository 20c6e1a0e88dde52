import { describe, expect, it } from "vitest";
import { extent, logTicks } from "./axis.ts";

describe("a logarithmic axis", () => {
  it.each([[[1, 1e308]], [[1e308]], [[1e-299, 1]], [[1e-299, 1e308]], [[5e-324]]])(
    "has finite ends and ticks for %j",
    (values) => {
      const ends = extent(values, 0.1, "log");
      expect(ends.every((end) => Number.isFinite(end) && end > 0)).toBe(true);
      expect(logTicks(ends, 5).length).toBeLessThan(10);
    },
  );
});
