import { expect, it } from "vitest";
import { verdictCounts } from "./index.ts";

it("counts verdicts, and names what is undecided or isn't measured where there is any", () => {
  const [yes, partly] = [{ verdict: "reproduced" }, { verdict: "partly reproduced" }] as const;
  expect(verdictCounts([yes, partly, yes])).toBe("✓ 2 reproduced, ◐ 1 partly reproduced, ✕ 0 not reproduced");
  expect(verdictCounts([null, partly])).toBe(
    "✓ 0 reproduced, ◐ 1 partly reproduced, ✕ 0 not reproduced, · 1 not measured",
  );
  expect(verdictCounts([{ verdict: "undecided" }, yes])).toBe(
    "✓ 1 reproduced, ◐ 0 partly reproduced, ✕ 0 not reproduced, ? 1 undecided",
  );
});
