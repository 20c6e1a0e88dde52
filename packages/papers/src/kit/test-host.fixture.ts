import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { gunzipSync } from "node:zlib";
import { makeDataset, readTable } from "@minimand/compare";
import { dataFile } from "@minimand/data";
import { expect, it } from "vitest";
import { readIdx } from "../idx.ts";
import type { Images, Progress, Reproduction, ReproductionReport, Row, TrialHost } from "../reproduction.ts";
import type { Trial } from "./collect.ts";
import { localHost } from "./local-host.ts";
import type { Tuned } from "./tune-grid.ts";
import { type LatticeArm, neighboursOf } from "./tune-lattice.ts";

const bytes = (path: string) => readFileSync(dataFile(path));

/** Each name's answer, made once. */
function once<T>(make: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (name) => {
    const found = made.get(name) ?? make(name);
    made.set(name, found);
    return found;
  };
}

/** Files of a paper's folder, for trials that take frozen models. */
export const assetsOf = (slug: string): TrialHost["asset"] =>
  once(async (path) => new Uint8Array(readFileSync(new URL(`../${slug}/${path}`, import.meta.url))));

/** A host with the project's own data and nothing else. */
export const bundledHost: TrialHost = {
  dataset: once(async (name) => {
    const table = await readTable(bytes(`${name}.csv.gz`), { name: `${name}.csv.gz` });
    return makeDataset(table, { target: "target" });
  }),
  images: once(async (name) => {
    const file = (part: string) => new Uint8Array(gunzipSync(bytes(`images/${name}-${part}.gz`)));
    return readIdx(file("images.idx3"), file("labels.idx1"), name);
  }),
  text: once(async (name) => gunzipSync(bytes(`text/${name}.txt.gz`)).toString("utf8")),
};

/** The same with the first thirty documents of a text alone: quick to read, with a vocabulary of 10,000. */
export const smallHost: TrialHost = {
  ...bundledHost,
  text: once(async (name) => (await bundledHost.text!(name)).split("\n\n").slice(0, 30).join("\n\n")),
};

/** Made-up images: labels in turn, pixels by a function of the row and the place in it. */
export function madeUpImages(
  { count, height, width }: Pick<Images, "count" | "height" | "width">,
  pixel: (row: number, place: number) => number,
): Images {
  const size = height * width;
  return {
    pixels: Uint8Array.from({ length: count * size }, (_, i) => pixel(Math.floor(i / size), i % size)),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
    count,
    height,
    width,
  };
}

/** What a generator yields and returns; its progress counts one after another up to the total. */
async function driven<T>(
  generator: AsyncGenerator<Progress, T>,
): Promise<{ progress: Progress[]; value: T }> {
  const progress: Progress[] = [];
  let step = await generator.next();
  for (; !step.done; step = await generator.next()) progress.push(step.value);
  const counted = progress.filter(({ total }) => total > 0);
  expect(counted.map(({ done }) => done)).toEqual(counted.map((_, i) => i + 1));
  expect(counted.at(-1)?.total).toBe(counted.length);
  return { progress, value: step.value };
}

interface Quick {
  host?: TrialHost;
  /** Default the scale's own number. */
  seeds?: number | null;
}

const quickHost = <Spec, Result>(
  reproduction: Reproduction<Spec, Result>,
  { host = bundledHost, seeds = null }: Quick,
) => localHost(reproduction, { ...host, scale: "quick", seeds });

/** The same with other seeds, wherever they are. */
const reseeded = <Spec>(spec: Spec): Spec =>
  JSON.parse(JSON.stringify(spec), (name, value) => {
    if (name === "seeds") return value.map((seed: number) => seed + 1);
    return name === "seed" ? value + 1 : value;
  });

/** Without the times that trials measure. */
const timeless = (result: unknown) =>
  JSON.parse(JSON.stringify(result), (name, value) =>
    ["seconds", "milliseconds", "times"].includes(name) ? null : value,
  );

/** Asserts that the first and the last trial of each part have the same result again, and others with other seeds. */
async function expectRepeatable<Spec extends object, Result>(
  { trial }: Reproduction<Spec, Result>,
  trials: readonly Trial<Spec, Result>[],
  host: TrialHost,
): Promise<void> {
  const partOf = ({ spec }: { spec: Spec }) =>
    JSON.stringify(["part", "kind"].map((name) => spec[name as never]));
  const parts = [...Map.groupBy(trials, partOf).values()];
  const some = [...new Set(parts.flatMap((own) => [own[0], own[own.length - 1]]))];
  for (const { spec, result } of some)
    expect(timeless(await trial(spec, host)), JSON.stringify(spec)).toEqual(timeless(result));
  expect(await seedsMatter(some)).toBe(true);

  /** Whether any of them differs by its seeds; the first that does is enough. */
  async function seedsMatter(trials: typeof some): Promise<boolean> {
    for (const { spec, result } of trials)
      if (!isDeepStrictEqual(timeless(await trial(reseeded(spec), host)), timeless(result))) return true;
    return false;
  }
}

/**
 * The report of a run at the quick scale, in which curves have as many x as y, and the verdict is one; its trials are the same
 * again for the same spec.
 */
export async function quickRun<Spec extends object, Result>(
  reproduction: Reproduction<Spec, Result>,
  options: Quick = {},
): Promise<ReproductionReport & { progress: Progress[] }> {
  const trials: Trial<Spec, Result>[] = [];
  const trial: typeof reproduction.trial = async (spec, own) => {
    const result = await reproduction.trial(spec, own);
    trials.push({ spec, result });
    return result;
  };
  const host = quickHost({ ...reproduction, trial }, options);
  const { progress, value } = await driven(reproduction.run(host));
  for (const { name, x, y } of value.series) expect(y, name).toHaveLength(x.length);
  expect(["reproduced", "partly reproduced", "not reproduced", "undecided"]).toContain(value.verdict);
  await expectRepeatable(reproduction, trials, host);
  return { ...value, progress };
}

/** What tuning at the quick scale tried and chose. */
export async function quickTune<Spec, Result>(
  reproduction: Reproduction<Spec, Result>,
  options: Quick = {},
): Promise<{ rows: Row[]; choices: Record<string, Row> }> {
  return (await driven(reproduction.tune!(quickHost(reproduction, options)))).value;
}

/** Asserts that the numbers of a committed choice are a point of the grid. */
function expectOnGrid(choices: object, name: string, grid: readonly object[]): void {
  const choice = (choices as Record<string, Row | undefined>)[name];
  const matches = (point: object) =>
    Object.entries(point).every(([column, value]) => choice?.[column] === value);
  expect(grid.some(matches), `${name}: ${JSON.stringify(choice)}`).toBe(true);
}

/** Asserts that every arm has so many configurations, and committed choices, by these names, that are points of its grid. */
export function expectOnGrids(
  choices: object,
  arms: readonly { id: string; grid: readonly object[] }[],
  count: number,
  namesOf: (id: string) => readonly string[] = (id) => [id],
): void {
  for (const { id, grid } of arms) {
    expect(grid, id).toHaveLength(count);
    for (const name of namesOf(id)) expectOnGrid(choices, name, grid);
  }
}

/**
 * Asserts of what `tuneOnLattice` chose, as it is committed: no choice is at an end of its lists but for those of one value, it has the
 * score that is recorded for it, every neighbour was tried, and none is better.
 *
 * @param natural whether a value is an end beyond which there is nothing to try
 */
export function expectEnclosed(
  tuned: { rows: readonly object[]; choices: object },
  arms: readonly Pick<LatticeArm<unknown>, "choice" | "label" | "axes" | "allowed">[],
  { score, best = "largest" }: { score: string; best?: "largest" | "least" },
  natural: (name: string, value: number) => boolean = () => false,
): void {
  const { rows, choices } = tuned as Tuned;
  const sign = best === "largest" ? 1 : -1;
  for (const { choice, label, axes, allowed } of arms) {
    const chosen = choices[choice] as Record<string, number>;
    const own = Object.fromEntries(Object.keys(axes).map((name) => [name, chosen[name]]));
    for (const [name, values] of Object.entries(axes))
      if (values.length > 1 && !natural(name, chosen[name]))
        expect([values[0], values.at(-1)], `${choice}: ${name}`).not.toContain(chosen[name]);
    const rowOf = (place: Record<string, number>) =>
      rows.find((one) =>
        Object.entries({ ...label, ...place }).every(([column, value]) => one[column] === value),
      );
    expect(rowOf(own)?.[score], `${choice}: score`).toBe(chosen[score]);
    for (const place of neighboursOf({ axes, allowed }, own)) {
      const row = rowOf(place);
      expect(row, `${choice}: a neighbour, ${JSON.stringify(place)}`).toBeDefined();
      expect(sign * Number(row?.[score])).toBeLessThanOrEqual(sign * chosen[score]);
    }
  }
}

/** A test for each sentence "is (partly, not) reproduced where ...", or "is undecided where ...": all evidence below it comes to that verdict. */
export function testVerdicts<Evidence>(
  verdictOf: (evidence: Evidence) => string,
  sentences: Record<string, readonly Evidence[]>,
): void {
  it.each(Object.entries(sentences))("%s", (sentence, all) => {
    const [, expected] = /^is ((?:partly |not )?reproduced|undecided) /.exec(sentence)!;
    expect(all.map(verdictOf)).toEqual(all.map(() => expected));
  });
}
