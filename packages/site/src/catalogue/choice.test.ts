import { topics } from "@minimand/papers/cards";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Choice, choiceOf, chosen, everything, type Order, orders, queryOf } from "./choice.ts";
import { catalogue } from "./entries.ts";
import { verdicts } from "./entry.ts";
import { dataKinds } from "./needs.ts";

const papers = catalogue();

/** Choices as the page can make them: lists in the order in which they are shown. */
const choices: fc.Arbitrary<Choice> = fc.record({
  topics: fc.subarray([...topics]),
  verdicts: fc.subarray([...verdicts]),
  data: fc.subarray([...dataKinds]),
  since: fc.option(fc.integer({ min: 1990, max: 2100 })),
  within: fc.option(fc.integer({ min: 0, max: 100_000 })),
  order: fc.constantFrom(...(Object.keys(orders) as Order[])),
});

describe("the address of a choice", () => {
  it("shows it whole", () => {
    fc.assert(fc.property(choices, (choice) => void expect(choiceOf(queryOf(choice))).toEqual(choice)));
  });

  it("is empty where everything is shown, and short elsewhere", () => {
    expect(queryOf(everything)).toBe("");
    expect(queryOf({ ...everything, topics: ["training", "equations"], since: 2022 })).toBe(
      "?topic=training,equations&since=2022",
    );
  });

  it.each([
    "?topic=astrology&verdict=maybe&data=&since=never&within=-3&order=constructor",
    "?utm=x",
    "?since=1e3&within=99999999999",
    "",
  ])("shows everything where it says nothing that is known: '%s'", (query) => {
    expect(choiceOf(query)).toEqual(everything);
  });
});

describe("the papers that are chosen", () => {
  it("are all that fit every filter, each once", () => {
    fc.assert(
      fc.property(choices, (choice) => {
        const shown = chosen(papers, choice);
        const fits = papers.filter(
          (entry) =>
            (choice.topics.length === 0 || choice.topics.includes(entry.topic)) &&
            (choice.verdicts.length === 0 || choice.verdicts.includes(entry.verdict)) &&
            (choice.since === null || entry.date >= `${choice.since}`) &&
            (choice.within === null || (entry.seconds ?? Infinity) <= choice.within) &&
            (choice.data.length === 0 ||
              entry.data.every((kind) => kind === "nothing" || choice.data.includes(kind))),
        );
        expect(new Set(shown)).toEqual(new Set(fits));
        expect(shown).toHaveLength(fits.length);
      }),
    );
  });

  it("need no other data than those chosen: 'nothing' leaves those that make their own", () => {
    for (const { data } of chosen(papers, { ...everything, data: ["tables"] }))
      expect(data.filter((kind) => kind !== "nothing" && kind !== "tables")).toEqual([]);
    const own = chosen(papers, { ...everything, data: ["nothing"] });
    expect(own.length).toBeGreaterThan(0);
    for (const { data } of own) expect(data).toEqual(["nothing"]);
  });

  it("come in the order that is asked for", () => {
    const dates = (order: Order): string[] =>
      chosen(papers, { ...everything, order }).map(({ date }) => date);
    expect(dates("newest")).toEqual(dates("newest").sort().reverse());
    expect(dates("oldest")).toEqual(dates("newest").reverse());
    const times = chosen(papers, { ...everything, order: "quickest" }).map(
      ({ seconds }) => seconds ?? Infinity,
    );
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const titles = chosen(papers, { ...everything, order: "title" }).map(({ title }) => title);
    expect(titles).toEqual([...titles].sort((a, b) => a.localeCompare(b)));
    const ranks = chosen(papers, { ...everything, order: "verdict" }).map(({ verdict }) =>
      verdicts.indexOf(verdict),
    );
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  });

  it("with no time are in no list of quick ones", () => {
    const unmeasured = {
      ...papers[0],
      seconds: null,
      held: null,
      notHeld: null,
      verdict: "not measured" as const,
    };
    expect(chosen([unmeasured], { ...everything, within: 1e5 })).toEqual([]);
    expect(chosen([unmeasured, papers[1]], { ...everything, order: "quickest" })).toEqual([
      papers[1],
      unmeasured,
    ]);
  });
});
