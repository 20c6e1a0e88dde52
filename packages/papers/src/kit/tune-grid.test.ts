import { describe, expect, it } from "vitest";
import { bestOf, columnsAtEnds, tryAll, tuneGrid, withCommitted } from "./tune-grid.ts";

/** A host whose results are the specs times ten, the last one first. */
const host = {
  async *trials(specs: readonly number[]) {
    for (const [index, spec] of [...specs.entries()].reverse()) yield { index, result: 10 * spec };
  },
};
const described = (spec: number, result: number) => `${spec}: ${result}`;

async function driven<T>(generator: AsyncGenerator<{ message: string }, T>) {
  const messages: string[] = [];
  let step = await generator.next();
  for (; !step.done; step = await generator.next()) messages.push(step.value.message);
  return { messages, value: step.value };
}

describe("tryAll", () => {
  it("runs the first trial of every candidate, then the second, and gives each its own results in order", async () => {
    const { messages, value } = await driven(
      tryAll(host, [{ specs: [1, 2] }, { specs: [3] }, { specs: [4, 5] }], described),
    );
    expect(messages.reverse()).toEqual(["1: 10", "3: 30", "4: 40", "2: 20", "5: 50"]);
    expect(value.map(({ results }) => results)).toEqual([[10, 20], [30], [40, 50]]);
  });
});

describe("withCommitted", () => {
  const tuned = (cells: string[], score: number) => ({
    rows: cells.flatMap((cell) => [1, 2].map((rate) => ({ cell, rate, score }))),
    choices: Object.fromEntries(cells.map((cell) => [`${cell}, sgd`, { cell, rate: 2, score }])),
  });

  it("keeps what is committed of other cells, and nothing of those that were tuned for", () => {
    const { rows, choices, atEnds } = withCommitted(
      { ...tuned(["b", "d"], 7), atEnds: ["b"] },
      tuned(["a", "b", "c"], 5),
      "cell",
    );
    expect(rows.map(({ cell, score }) => [cell, score])).toEqual(
      [
        ["a", 5],
        ["c", 5],
        ["b", 7],
        ["d", 7],
      ].flatMap((one) => [one, one]),
    );
    expect(Object.values(choices).map(({ cell, score }) => [cell, score])).toEqual([
      ["a", 5],
      ["c", 5],
      ["b", 7],
      ["d", 7],
    ]);
    expect(atEnds).toEqual(["b"]);
  });
});

describe("tuneGrid", () => {
  const of = (choice: string, rate: number, results: number[]) => ({
    choice,
    row: { choice, rate },
    results,
  });

  it("tables the mean score of every candidate and chooses the best of each choice, the first of equals", async () => {
    const candidates = [
      { choice: "a", row: { arm: "a", rate: 1 }, specs: [1, 2] },
      { choice: "a", row: { arm: "a", rate: 2 }, specs: [2, 1] },
      { choice: "b", also: "c", row: { arm: "b", rate: 3 }, specs: [7] },
    ];
    const scoring = { describe: described, score: "score", scoreOf: (result: number) => result };
    const { value } = await driven(tuneGrid(host, candidates, scoring));
    expect(value.rows.map(({ score }) => score)).toEqual([15, 15, 70]);
    expect(value.choices).toEqual({ a: value.rows[0], b: value.rows[2], c: value.rows[2] });
  });

  it("looks for the least where asked to, compares rounded means, and never chooses what is no number", () => {
    const tried = [of("a", 1, [Number.NaN]), of("a", 2, [1.04]), of("a", 3, [1.01])];
    const { choices } = bestOf(tried, {
      score: "regret",
      scoreOf: (r: number) => r,
      best: "least",
      notChosen: ["choice"],
      round: (value) => Number(value.toFixed(1)),
    });
    expect(choices).toEqual({ a: { rate: 2, regret: 1 } });
  });

  it("passes the row to the score", () => {
    const { rows } = bestOf([of("a", 5, [1, 2])], { score: "s", scoreOf: (r, { rate }) => r * Number(rate) });
    expect(rows[0].s).toBe(7.5);
  });

  it("tells which choices lie at an end of what was tried for them", () => {
    const tried = [1, 2, 3].flatMap((rate) => [
      { ...of("a", rate, [rate]), also: "c" },
      of("b", rate, [-Math.abs(rate - 2)]),
      of("c", rate / 2, [0]),
    ]);
    const { atEnds } = bestOf(tried, { score: "s", scoreOf: (result: number) => result });
    expect(atEnds).toEqual(["a: rate 3 of 1 to 3", "c: rate 3 of 0.5 to 3"]);
  });
});

describe("columnsAtEnds", () => {
  const grid = [0, 1, 3].flatMap((beta) => [1, 2, 4].map((rate) => ({ arm: "a", beta, rate, only: 5 })));

  it("names the columns, and neither an end at 0 nor a column of one number", () => {
    expect(columnsAtEnds(grid, { arm: "a", beta: 0, rate: 4, only: 5 })).toEqual([["rate", [1, 4]]]);
    expect(columnsAtEnds(grid, { beta: 3, rate: 1, only: 5 })).toEqual([
      ["beta", [0, 3]],
      ["rate", [1, 4]],
    ]);
    expect(columnsAtEnds(grid, { beta: 1, rate: 2, only: 5 })).toEqual([]);
  });
});
