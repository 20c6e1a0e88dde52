import { expect, it } from "vitest";
import { ownNetwork } from "./own-network.ts";

it("recognises digits in spite of wrong labels, better with its own loss than with cross-entropy", async () => {
  const result = await ownNetwork({ epochs: 15 });
  expect(result.own).toBeGreaterThan(0.93);
  expect(result.own).toBeGreaterThan(result.crossEntropy + 0.05);
});
