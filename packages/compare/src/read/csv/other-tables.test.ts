import { describe, expect, it } from "vitest";
import { refusal, tableOf } from "../../../../../test/support/tables.ts";

const rows = Array.from({ length: 12 }, (_, i) => `${i % 5},${i}.5,${i % 2 === 0 ? "a" : "b"}`).join("\n");
const above = `n,x,k\n${rows}\n`;

describe("records of another width below a blank line", () => {
  it("are another table from three on, and damaged rows if they are two", async () => {
    const three = await tableOf(`${above}\n1,2,3,4\n5,6,7,8\n9,9,9,9\n`);
    expect(three.rows).toBe(12);
    expect(three.notes.map(({ text }) => text)).toEqual([
      "left out another table (lines 15 to 17, 4 columns)",
    ]);
    const two = await refusal(`${above}\n1,2,3,4\n5,6,7,8\n`);
    expect(two).toMatch(/line 15: .*expected 3 fields as in the header \(line 1\), got 4/);
  });
});
