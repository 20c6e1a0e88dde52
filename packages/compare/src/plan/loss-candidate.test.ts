import { crossEntropy, focal } from "minimand";
import { expect, it } from "vitest";
import { classTasks } from "./candidate.ts";
import { lossesFor, type MoreOfLoss } from "./loss-candidate.ts";

it("a loss of the library may be one that runs only when it is named", () => {
  const more: MoreOfLoss<"gamma"> = { onlyByName: true, tuned: { gamma: [">= 0", 2, 1] } };
  const named = lossesFor(classTasks)("named", "Named", "-(1 - p_y)^gamma log p_y", focal, more);
  expect(named).toMatchObject({ onlyByName: true, settings: [{ gamma: 2 }, { gamma: 1 }] });
  expect(lossesFor(classTasks)("usual", "Usual", "-log p_y", crossEntropy)).not.toHaveProperty("onlyByName");
  // @ts-expect-error: it runs when it is named, or always; there is no third way.
  const wrong: MoreOfLoss<never> = { onlyByName: false };
  expect(wrong).toBeDefined();
});
