import { describe, expect, it } from "vitest";
import type { Settings } from "../results.ts";
import { chooseCandidates } from "./choose.ts";
import { defaultSettings } from "./settings.ts";
import { planFinals, planTrials, type TrialHost, type TrialSubject } from "./trials.ts";

const settings: Settings = {
  ...defaultSettings,
  target: "y",
  losses: ["focal"],
  references: [],
  seeds: 2,
  folds: 3,
};
const subject: TrialSubject = {
  dataset: { task: "binary", classes: ["no", "yes"] },
  sha256: "00",
  testSha256: null,
  teacherSha256: null,
  unlabeledSha256: null,
};
const host: TrialHost = {
  versions: { minimand: "1.0.0" },
  engine: { name: "wasm", version: "1", threads: 1 },
};

const plan = (given: Partial<Settings> = {}, subjects: readonly TrialSubject[] = [subject], on = host) => {
  const all = { ...settings, ...given };
  return planTrials(all, chooseCandidates(all, subjects[0].dataset.task), subjects, on);
};
/** The key of one trial, as a store hashes it. */
const keyOf = (candidate: string, ...args: Parameters<typeof plan>): string => {
  const found = plan(...args).find(({ spec }) => spec.candidate === candidate && spec.fold === 0);
  return JSON.stringify(found?.key);
};

describe("planTrials", () => {
  it("lists every candidate and the reference on every fold of the first seed, for every data set", () => {
    const other = { ...subject, sha256: "11" };
    const trials = plan({}, [subject, other]);
    const ids = ["majority-class", "cross-entropy", "class-weighted-cross-entropy", "focal"];
    expect(trials.map(({ subject, spec }) => [spec.seed, subject, spec.candidate, spec.fold])).toEqual(
      [0, 1].flatMap((place) => ids.flatMap((id) => [0, 1, 2].map((fold) => [0, place, id, fold]))),
    );
    expect(new Set(trials.map(({ key }) => JSON.stringify(key))).size).toBe(trials.length);
  });

  it("has the mean as the reference of numbers", () => {
    const numbers: TrialSubject = { ...subject, dataset: { task: "regression", classes: [] } };
    expect(plan({ losses: ["huber"] }, [numbers])[0].spec.candidate).toBe("mean-target");
  });

  it("has one trial a seed where a second file is tested on, whatever the folds", () => {
    const tested = { ...subject, testSha256: "22" };
    expect(plan({}, [tested]).map(({ spec }) => spec.fold)).toEqual(Array(4).fill(0));
    expect(keyOf("focal", { folds: 7 }, [tested])).toBe(keyOf("focal", {}, [tested]));
    expect(keyOf("focal", { folds: 7 })).not.toBe(keyOf("focal"));
  });
});

describe("planFinals", () => {
  it("lists baseline and finalists of each data set on every fold of the further seeds", () => {
    const all = { ...settings, losses: ["focal", "hinge"], seeds: 3 };
    const chosen = chooseCandidates(all, "binary");
    const trials = planFinals(all, chosen, [subject, subject], host, [["hinge"], []]);
    expect(trials.map(({ subject, spec }) => [spec.seed, subject, spec.candidate, spec.fold])).toEqual(
      [1, 2].flatMap((seed) =>
        [
          [0, "cross-entropy"],
          [0, "hinge"],
          [1, "cross-entropy"],
        ].flatMap(([place, id]) => [0, 1, 2].map((fold) => [seed, place, id, fold])),
      ),
    );
    expect(planFinals({ ...all, seeds: 1 }, chosen, [subject], host, [["hinge"]])).toEqual([]);
  });

  it("has the references that are trained on all of these seeds, and not those that nothing is trained for", () => {
    const all: Settings = { ...settings, references: ["linear", "trees"], seeds: 3 };
    const trials = planFinals(all, chooseCandidates(all, "binary"), [subject], host, [[]]);
    expect(trials.map(({ spec }) => [spec.seed, spec.candidate, spec.fold])).toEqual(
      [1, 2].flatMap((seed) =>
        ["cross-entropy", "linear-model", "gradient-boosted-trees"].flatMap((id) =>
          [0, 1, 2].map((fold) => [seed, id, fold]),
        ),
      ),
    );
  });
});

describe("the key of a trial", () => {
  it.each<Partial<Settings>>([
    { losses: ["focal", "hinge"] },
    { baseline: "focal" },
    { optimizers: ["sgd"] },
    { steps: ["sam"] },
    { seeds: 5 },
    { rope: 0.1, alpha: 0.1 },
    { strict: true },
    { metric: "balanced-accuracy" },
    { positive: "yes", task: "binary" },
    { test: null, unlabeled: "more.csv" },
  ])("is the same with %o: that decides what runs beside it, or what is made of it", (given) => {
    expect(keyOf("focal", given)).toBe(keyOf("focal"));
  });

  it("is the same for columns named in another order", () => {
    const types = (...names: string[]) => Object.fromEntries(names.map((name) => [name, "numeric" as const]));
    expect(keyOf("focal", { types: types("a", "b"), ignore: ["c", "d"] })).toBe(
      keyOf("focal", { types: types("b", "a"), ignore: ["d", "c"] }),
    );
  });

  it.each<Partial<Settings>>([
    { target: "z" },
    { metric: "f1" },
    { model: "linear" },
    { hidden: [8] },
    { folds: 4 },
    { sample: 500 },
    { configurations: 6 },
    { maxEpochs: 7 },
    { patience: 3 },
    { batchSize: 16 },
    { labelNoise: 0.1 },
    { imbalance: 4 },
    { bins: 8 },
    { members: 1 },
    { targetScale: "log" },
    { ignore: ["a"] },
    { group: "patient" },
    { types: { zip: "numeric" } },
    { damaged: "pad" },
  ])("is another one with %o", (given) => {
    expect(keyOf("focal", given)).not.toBe(keyOf("focal"));
  });

  it.each<Partial<Settings>>([{ bins: 8 }, { members: 2 }])(
    "is the same with %o for references, which are single models without bins",
    (given) => {
      const references: Partial<Settings> = { references: ["linear", "trees"] };
      for (const id of ["gradient-boosted-trees", "linear-model"])
        expect(keyOf(id, { ...references, ...given })).toBe(keyOf(id, references));
    },
  );

  it("is another one for other data, classes, versions and engines", () => {
    const others = [
      keyOf("focal"),
      keyOf("focal", {}, [{ ...subject, sha256: "01" }]),
      keyOf("focal", {}, [{ ...subject, testSha256: "02" }]),
      keyOf("focal", {}, [{ ...subject, dataset: { task: "binary", classes: ["yes", "no"] } }]),
      keyOf("focal", {}, [subject], { ...host, versions: { minimand: "1.0.1" } }),
      keyOf("focal", {}, [subject], { ...host, engine: { ...host.engine, threads: 2 } }),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  it("knows the loss that an optimizer or a step minimises, and where own code comes from", () => {
    const of = (baseline: string) => keyOf("sam", { baseline, steps: ["sam"] });
    expect(of("mse")).not.toBe(of("mae"));
    const [focal] = chooseCandidates({ ...settings, baseline: "focal" }, "binary");
    const keyWith = (sha256: string | null) => {
      const origin = sha256 === null ? {} : { origin: { file: "a.ts", sha256 } };
      return JSON.stringify(planTrials(settings, [{ ...focal, ...origin }], [subject], host).at(-1)?.key);
    };
    expect(new Set([keyWith(null), keyWith("50"), keyWith("51")]).size).toBe(3);
    expect(keyOf("focal", {}, [subject], { ...host, model: { id: "gru" } })).not.toBe(keyOf("focal"));
  });

  it("knows teacher and unlabelled rows where a candidate learns from them, and only there", () => {
    const given = { losses: ["focal", "kd", "vat"], distillFrom: "old", unlabeled: "more.csv" };
    const one = { ...subject, teacherSha256: "30", unlabeledSha256: "40" };
    const taught = { ...one, teacherSha256: "31" };
    const more = { ...one, unlabeledSha256: "41" };
    const same = (id: string, other: TrialSubject) => keyOf(id, given, [other]) === keyOf(id, given, [one]);
    expect(["focal", "kd", "vat"].map((id) => [same(id, taught), same(id, more)])).toEqual([
      [true, true],
      [false, true],
      [true, false],
    ]);
  });
});
