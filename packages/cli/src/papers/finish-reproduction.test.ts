import {
  type FinishedReproduction,
  finishReproduction,
  type Progress,
  papersHost,
  type Scale,
  type TrialSource,
} from "@minimand/papers";
import { expect, it } from "vitest";
import { dataFolder } from "../files/bundled.ts";
import { dataInPlaces } from "./data-in-places.ts";
import { prepareReproduction, requestReproduction } from "./reproduction-request.ts";
import { squares } from "./squares.fixture.ts";

const engine = { name: "wasm", version: "@jax-js/jax 0", threads: 1 } as const;

/** Trials that were run elsewhere, the last one first. */
function elsewhere(more: Partial<TrialSource> = {}): TrialSource {
  const trialsSoFar = { total: 0, kept: 0, seconds: 0 };
  return {
    trialsSoFar,
    async *trials(specs) {
      for (let index = specs.length - 1; index >= 0; index--) {
        trialsSoFar.total++;
        yield { index, result: Number(specs[index]) ** 2 };
      }
    },
    doubts: () => null,
    async close() {},
    ...more,
  };
}

async function finish(tune: boolean, source: TrialSource, scale: Scale = "default") {
  const asked = { slug: "anyloss", scale: "quick", seeds: 3, tune: false, engine } as const;
  const folders = [dataFolder()];
  const prepared = await prepareReproduction(await requestReproduction(asked, folders), folders);
  const request = { ...prepared.request, tune, scale };
  const { signal } = new AbortController();
  const host = papersHost({
    scale,
    seeds: 3,
    firstSeed: null,
    data: dataInPlaces([], []),
    source,
    signal,
  });
  const told: (Progress | "cleared")[] = [];
  const sink = { show: (progress: Progress) => told.push(progress), clear: () => told.push("cleared") };
  const finished = finishReproduction({ ...prepared, request, reproduction: squares }, host, sink);
  return { finished, told, request };
}

const filesOf = ({ files }: FinishedReproduction): [string, unknown][] =>
  Object.entries(files).map(([name, text]) => [name, JSON.parse(text)]);

it("makes the file of a run whose trials were run elsewhere, with the kinds of CPU there", async () => {
  const computedOn = [
    { cpu: "a", trials: 1 },
    { cpu: "b", trials: 2 },
  ];
  const { finished, told, request } = await finish(false, elsewhere({ computedOn: async () => computedOn }));
  const made = await finished;
  if (made.kind !== "measured") throw new Error(made.kind);
  const { data, code, versions } = request;
  expect(made.file).toMatchObject({
    card: squares.card,
    scale: "default",
    seeds: 3,
    engine,
    data,
    code,
    versions,
  });
  expect(made.file).toMatchObject({ rows: [{ sum: 14 }], verdict: "reproduced", computedOn });
  expect(made.file.trials).toEqual({ total: 3, kept: 0, seconds: 0 });
  expect(filesOf(made)).toEqual([["report.json", made.file]]);
  expect(told.map((one) => (one === "cleared" ? one : `${one.done} of ${one.total}`))).toEqual([
    ...["0 of 0", "1 of 3", "2 of 3", "3 of 3", "cleared"],
  ]);
  const smoke = await (await finish(false, elsewhere(), "quick")).finished;
  expect(smoke).toMatchObject({ file: { verdict: "undecided", because: made.file.because } });
  const here = await (await finish(false, elsewhere())).finished;
  expect(here).not.toHaveProperty("file.computedOn");
});

it("gives what tuning chose, and no report", async () => {
  const made = await (await finish(true, elsewhere())).finished;
  const tuned = { rows: [{ exponent: 2 }], choices: { sum: { exponent: 2 } } };
  expect(made).toMatchObject({ kind: "tuned", tuned });
  expect(filesOf(made)).toEqual([["tuned.json", tuned]]);
});

it("passes on what a trial fails of, closes what runs them, and tells of what could not be trusted", async () => {
  let closed = false;
  const source = elsewhere({
    async *trials() {
      yield { index: 0, result: 1 };
      throw new RangeError("3 workers died of it");
    },
    doubts: () => "1 kept trial is damaged",
    async close() {
      closed = true;
    },
  });
  const { finished, told } = await finish(false, source);
  await expect(finished).rejects.toThrow(new RangeError("3 workers died of it"));
  expect(closed).toBe(true);
  expect(told.at(-1)).toEqual({ done: 0, total: 0, message: "1 kept trial is damaged" });
});
