import { describe, expect, it } from "vitest";
import { tableOf } from "../../../../../test/support/tables.ts";

const notesOf = async (text: string) => (await tableOf(text)).notes.map(({ text: note }) => note);
const left = [expect.stringMatching(/^left out the row 'Total'/)];
const kept = [expect.stringMatching(/^kept the row 'Total'/)];

describe("a last row that calls itself a total", () => {
  const rows = ["a,1.25", "b,2.5", "c,3"].join("\n");

  it("is one up to the rounding of its parts", async () => {
    // Whole numbers of whole parts, up to half; with two decimals one more for each of the parts' errors.
    expect(await notesOf("k,n\na,1\nb,2\nc,3\nTotal,6\n")).toEqual(left);
    expect(await notesOf("k,n\na,1\nb,2\nc,3\nTotal,7\n")).toEqual(kept);
    // 0.51 of the last digit, times 1 + 2 sqrt(4).
    expect(await notesOf(`k,n\n${rows}\nTotal,6.77\n`)).toEqual(left);
    expect(await notesOf(`k,n\n${rows}\nTotal,6.78\n`)).toEqual(kept);
  });

  it("is none below a single row", async () => {
    expect((await tableOf("k,n\na,5\nTotal,5\n")).rows).toBe(2);
    expect((await tableOf("k,n\na,5\nb,0\nTotal,5\n")).rows).toBe(2);
  });

  it("is none without a number, or with nothing but zeros", async () => {
    expect((await tableOf("k,n\na,0\nb,0\nTotal,0\n")).rows).toBe(3);
    expect((await tableOf("k,n\na,x\nb,y\nTotal,z\n")).rows).toBe(3);
  });
});
