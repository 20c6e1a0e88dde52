import { expect, it } from "vitest";
import { trainAndResume } from "./train-and-resume.ts";

it("an interrupted run ends as one in one go, bit for bit, and both learn the digits", async () => {
  for (const cut of [1, 4]) {
    const result = await trainAndResume({ epochs: 12, patience: 4, cut });
    expect(result.equal).toBe(true);
    expect(result.accuracy).toBeGreaterThan(0.9);
    expect(result.bytes).toBeGreaterThan(4 * (64 * 32 + 32 * 10));
  }
});
