import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { places, whereOptions } from "./where-options.ts";

describe("where the options of notes are in the page", () => {
  it("is given for those that are named, and for no others", () => {
    expect(
      whereOptions([
        "--types Kunden-Nr.=numeric keeps it, --ignore Kunden-Nr. leaves it out without a note",
        "hidden layers of 5 units are many for 20 rows: --hidden 16 or --model linear may do as well",
        "if 0 stands for a missing value, add --missing age=0",
      ]),
    ).toBe(
      "On this page, --ignore is under Columns, --missing and --types are under More. --hidden and --model are available only on the command line; the equivalent command is below.",
    );
    expect(whereOptions(["a --time of your own"])).toBe("On this page, --time is under More.");
    expect(whereOptions(["a column --times or x--time, and --ignored"])).toBe("");
  });

  it("has every option that the form names, where the form has it", () => {
    const form = readFileSync(new URL("CompareForm.vue", import.meta.url), "utf8");
    const more = form.slice(form.indexOf("<summary>More</summary>"));
    const overview = readFileSync(new URL("FileOverview.vue", import.meta.url), "utf8");
    const named = (text: string): string[] =>
      [...text.matchAll(/<small>--([a-z-]+)<\/small>/g)].map(([, option]) => option).sort();
    const at = (place: string): string[] =>
      Object.keys(places)
        .filter((option) => places[option] === place)
        .sort();
    expect(named(more)).toEqual(at("under More"));
    expect(named(form)).toEqual(named(more));
    expect(named(overview)).toEqual(at("under Columns"));
  });
});
