import { describe, expect, it } from "vitest";
import { tableOf } from "../../../../test/support/tables.ts";
import { DataError, listed, sizeText } from "../data-error.ts";
import { placesOf } from "./damage.ts";
import { columnFinder, withoutColumns } from "./find-column.ts";

const table = await tableOf("age,income,last, first\n1,2,a,b\n3,4,c,d\n");

describe("a column that isn't there", () => {
  it("is refused in the name of the argument, with those there are and the one that may be meant", () => {
    const find = columnFinder(table);
    expect(find("target", "income").name).toBe("income");
    expect(() => find("target", "incme")).toThrow(DataError);
    expect(() => find("target", "incme")).toThrow(
      "a.csv: target: expected a column of the file ('age', 'income', 'last', 'first'), got 'incme': did you mean 'income'?",
    );
  });

  it("is named, and those of several are counted", () => {
    expect(withoutColumns(table, ["incme"]).message).toBe(
      "a.csv: expected the column 'incme', got only 'age', 'income', 'last', 'first': did you mean 'income'?",
    );
    expect(withoutColumns(table, ["incme", "x"]).message).toBe(
      "a.csv: expected the 2 columns 'incme', 'x', got only 'age', 'income', 'last', 'first'",
    );
  });

  it("may have been divided at a comma, where names are listed", async () => {
    const find = columnFinder(await tableOf('n,"last, first"\n1,b\n3,d\n'));
    expect(() => find("ignore", "last")).toThrow(/, got 'last'.*comma/);
    expect(() => find("target", "last")).not.toThrow(/comma/);
  });
});

describe("texts of messages", () => {
  it("list so many lines, names and bytes", () => {
    expect(placesOf([7])).toBe("line 7");
    expect(placesOf([1, 2, 3, 4, 5, 6, 7, 8])).toBe("lines 1, 2, 3, 4, 5, 6, 7, 8");
    expect(placesOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 12])).toBe("lines 1, 2, 3, 4, 5, 6, 7, 8 and 2 more");
    expect(listed(["a", "b"], 2)).toBe("'a', 'b'");
    expect(listed(["a", "b", "c"], 2)).toBe("'a', 'b' and 1 more");
    expect([sizeText(99_999_999), sizeText(150_000_000), sizeText(2_500_000_000)]).toEqual([
      "99999999 bytes",
      "150 MB",
      "2.5 GB",
    ]);
  });
});
