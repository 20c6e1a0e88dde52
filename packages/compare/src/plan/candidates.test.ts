import { mlp } from "minimand";
import { describe, expect, it } from "vitest";
import type { Settings, Task } from "../results.ts";
import { traitsOf } from "../task.ts";
import { hasNeed } from "./candidate.ts";
import { baselineFor, candidateById, candidateFor, candidates } from "./candidates.ts";
import { chooseCandidates } from "./choose.ts";
import { countsOf, firstOf, gridOf } from "./grid.ts";
import { methods } from "./methods.ts";
import { defaultSettings } from "./settings.ts";
import { summarise } from "./summarise.ts";

const tasks: readonly Task[] = ["binary", "multiclass", "regression", "preference"];
const all = (task: Task) =>
  candidates
    .filter((c) => c.tasks.includes(task) && !hasNeed(c, "bags") && !hasNeed(c, "unlabeled"))
    .map((c) => c.id);
const usual = (task: Task) => all(task).filter((id) => candidateById(id, task).onlyByName !== true);
const untaught = (task: Task) => usual(task).filter((id) => !hasNeed(candidateById(id, task), "teacher"));
const chosen = (
  losses: string[] | "auto",
  task: Task,
  baseline: string | "auto" = "auto",
  distillFrom: string | null = null,
  { optimizers = [], steps = [] }: { optimizers?: string[]; steps?: string[] } = {},
) => chooseCandidates({ losses, baseline, distillFrom, optimizers, steps }, task).map((c) => c.id);

describe("candidates", () => {
  it("have different names, a formula, and a task", () => {
    expect(new Set(candidates.map((c) => c.id)).size).toBe(candidates.length);
    expect(new Set(candidates.map((c) => c.label)).size).toBe(candidates.length);
    for (const candidate of candidates) {
      expect(candidate.formula, candidate.id).not.toBe("");
      expect(candidate.tasks.length, candidate.id).toBeGreaterThan(0);
    }
  });

  it("document every parameter that they tune, and tune every one that they document", () => {
    for (const { id, settings, parameters } of candidates) {
      for (const setting of settings)
        expect(Object.keys(setting).sort(), id).toEqual(Object.keys(parameters).sort());
      expect(settings.length === 0, id).toBe(Object.keys(parameters).length === 0);
      expect(new Set(settings.map((s) => JSON.stringify(s))).size, id).toBe(settings.length);
    }
  });

  it("are extensions only on tasks that they are for", () => {
    for (const { id, tasks: own, extensionOn = [] } of candidates)
      for (const task of extensionOn) expect(own, id).toContain(task);
  });

  it("are at least twelve losses for two classes, twelve for several, and these for numbers", () => {
    expect(all("binary").length).toBeGreaterThanOrEqual(12);
    expect(all("multiclass").length).toBeGreaterThanOrEqual(12);
    expect(all("regression")).toEqual([
      ...["squared", "absolute", "huber", "log-cosh", "cauchy", "welsch", "quantile"],
      ...["cs", "cs-ib", "vib", "nib", "hsic"],
    ]);
  });
});

describe("chooseCandidates", () => {
  it.each(tasks)("takes all losses of the task %s, the baseline first", (task) => {
    const ids = chosen("auto", task);
    expect(ids[0]).toBe(traitsOf[task].baseline);
    expect(ids.toSorted()).toEqual(untaught(task).toSorted());
  });

  it.each(tasks)("takes distillation for the task %s too where there is a teacher", (task) => {
    expect(chosen("auto", task, "auto", "out").toSorted()).toEqual(usual(task).toSorted());
    expect(usual(task).length - untaught(task).length).toBe(
      { binary: 4, multiclass: 5, regression: 0, preference: 0 }[task],
    );
  });

  it("takes a loss that runs only by name where it is named, and nowhere else", () => {
    for (const task of ["binary", "multiclass"] as const) {
      expect(all(task)).toContain("label-smoothing");
      expect(chosen("auto", task)).not.toContain("label-smoothing");
      expect(chosen(["label-smoothing"], task)).toContain("label-smoothing");
      expect(chosen(["focal"], task, "label-smoothing")[0]).toBe("label-smoothing");
    }
  });

  it("leaves what looks at hidden features out where there are none, and refuses it by name", () => {
    const of = (losses: string[] | "auto", more: object, baseline = "auto") =>
      chooseCandidates(
        { losses, baseline, distillFrom: null, optimizers: [], steps: [], ...more },
        "regression",
      ).map((c) => c.id);
    for (const linear of [{ model: "linear" }, { model: "mlp", hidden: [] }]) {
      const ids = of("auto", linear);
      expect(ids).toContain("cs");
      for (const id of ["cs-ib", "vib", "nib", "hsic"]) {
        expect(ids).not.toContain(id);
        const refusal = `losses: expected ones that need no hidden features, as the linear model has none, got "${id}"`;
        expect(() => of([id], linear)).toThrow(new RangeError(refusal));
        expect(() => of("auto", linear, id)).toThrow(new RangeError(refusal));
      }
    }
    expect(of("auto", { model: "mlp", hidden: [8] })).toEqual(all("regression"));
  });

  it("leaves matrices of pairs of too large batches out, and refuses them by name with their bytes", () => {
    const settings = { baseline: "auto", distillFrom: null, optimizers: [], steps: [], batchSize: 5000 };
    const ids = chooseCandidates({ losses: "auto", ...settings }, "regression").map((c) => c.id);
    expect(ids).toEqual(all("regression").filter((id) => !["cs", "cs-ib", "nib", "hsic"].includes(id)));
    expect(() => chooseCandidates({ losses: ["cs"], ...settings }, "regression")).toThrow(
      /^losses: expected ones without .* 5000 rows \(100000000 bytes each; at most 4096 rows\), got "cs"$/,
    );
  });

  it("puts noise on the features of an own model only by name", () => {
    const settings = {
      baseline: "auto",
      distillFrom: null,
      optimizers: [],
      steps: [],
      model: "own" as const,
    };
    const model = { id: "mine", make: () => mlp({ inputs: 1, hidden: [], outputs: 1 }) };
    const ids = (losses: string[] | "auto") =>
      chooseCandidates({ losses, ...settings }, "regression", { model }).map((c) => c.id);
    expect(ids("auto")).toEqual(all("regression").filter((id) => id !== "vib" && id !== "nib"));
    expect(ids(["vib"])).toEqual(["squared", "vib"]);
  });

  it("refuses a teacher that nobody learns from", () => {
    expect(() => chosen(["focal"], "binary", "auto", "out")).toThrow(
      /^losses: expected with --distill-from one that learns from a teacher \(kd, .*dhkd.*\), got none$/,
    );
  });

  it("refuses distillation without a teacher, as a loss and as the baseline", () => {
    const refusal = "distillFrom: expected a kept model as the teacher that dhkd needs, got none";
    expect(() => chosen(["dhkd"], "binary")).toThrow(new RangeError(refusal));
    expect(() => chosen(["focal"], "binary", "dhkd")).toThrow(new RangeError(refusal));
    expect(chosen(["dhkd"], "binary", "kd", "out")).toEqual([
      "kd",
      "class-weighted-cross-entropy",
      "cross-entropy",
      "dhkd",
    ]);
  });

  it("adds what is always shown beside the losses asked for, each once", () => {
    expect(chosen(["focal", "focal"], "binary")).toEqual([
      "cross-entropy",
      "class-weighted-cross-entropy",
      "focal",
    ]);
    expect(chosen(["huber"], "regression")).toEqual(["squared", "huber"]);
    expect(chosen(["focal"], "multiclass", "mse")).toEqual(["mse", "class-weighted-cross-entropy", "focal"]);
  });

  it("keeps cross-entropy beside another baseline of two classes, for its tuned threshold", () => {
    expect(chosen(["hinge"], "binary", "focal")).toEqual([
      "focal",
      "class-weighted-cross-entropy",
      "cross-entropy",
      "hinge",
    ]);
  });

  it("refuses an unknown loss and says which one was probably meant", () => {
    expect(() => chosen(["focl"], "binary")).toThrow(
      new RangeError(
        `losses: expected losses for binary (minimand losses lists them), got "focl": did you mean 'focal'?`,
      ),
    );
    expect(() => chosen(["zzzzzz"], "binary")).toThrow(/got "zzzzzz"$/);
  });

  it("refuses a loss of another task and says of which", () => {
    expect(() => chosen(["hinge"], "multiclass")).toThrow(/got "hinge", which is for binary$/);
    expect(() => chosen(["huber"], "binary")).toThrow(/got "huber", which is for regression$/);
    expect(() => baselineFor({ baseline: "huber" }, "binary")).toThrow(
      /^baseline: expected losses for binary/,
    );
  });
});

describe("losses of bags", () => {
  const ofBags = (
    task: Task,
    { losses = "auto" as string[] | "auto", baseline = "auto", steps = [] as string[] } = {},
  ) =>
    chooseCandidates(
      { losses, baseline, distillFrom: null, optimizers: [], steps, bagColumn: "report" },
      task,
    );

  it("run alone, the bag level first, beside the reference that sees every row", () => {
    expect(ofBags("regression").map((c) => c.id)).toEqual([
      "bag-level",
      "instance-level",
      "interpolated",
      "individual-labels",
    ]);
    expect(ofBags("multiclass").map((c) => c.id)).toContain("bag-regularised");
    const only = ofBags("binary", { losses: ["interpolated"], baseline: "instance-level" });
    expect(only.map((c) => c.id)).toEqual(["instance-level", "interpolated", "individual-labels"]);
    const rows = summarise(only, "binary", { ...defaultSettings, configurations: 2 });
    expect(rows.map((r) => r.kind)).toEqual(["loss", "loss", "reference", "reference", "reference"]);
    expect(rows.some((r) => r.id === "cross-entropy-threshold")).toBe(false);
  });

  it("are refused without bags, and other losses with them", () => {
    expect(() => chosen(["bag-level"], "binary")).toThrow(
      /^bagColumn: expected a column of bags that bag-level needs, got none$/,
    );
    expect(() => chosen(["individual-labels"], "regression")).toThrow(/^bagColumn: /);
    expect(() => ofBags("binary", { losses: ["focal"] })).toThrow(
      /^losses: expected losses of bags \(bag-level, .*\) with --bag-column, got "focal"$/,
    );
    expect(() => ofBags("binary", { steps: ["sam"] })).toThrow(
      'steps: expected none with --bag-column, got "sam"',
    );
    expect(() => ofBags("binary", { baseline: "cross-entropy" })).toThrow(
      /^baseline: expected losses of bags/,
    );
    expect(() => ofBags("binary", { baseline: "individual-labels" })).toThrow(
      /^baseline: expected a loss that sees bags, got "individual-labels"$/,
    );
  });
});

describe("optimizers and steps", () => {
  it("have names of their own, and tune what they document", () => {
    const ids = [...candidates, ...methods].map((m) => m.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const method of methods) {
      const { id, settings, parameters } = method;
      const { fixed = [] } = "fixed" in method ? method : {};
      expect(
        fixed.filter((name) => name in parameters),
        id,
      ).toEqual([]);
      for (const setting of settings)
        expect(Object.keys(setting).sort(), id).toEqual(Object.keys(parameters).sort());
    }
  });

  it("come after the losses, where they are asked for: some or all", () => {
    const few = chosen(["focal"], "binary", "auto", null, { optimizers: ["sgd", "sgd"] });
    expect(few).toEqual(["cross-entropy", "class-weighted-cross-entropy", "focal", "sgd"]);
    const all = chosen(["squared"], "regression", "auto", null, { optimizers: ["all"], steps: ["all"] });
    expect(all.slice(1).toSorted()).toEqual(methods.map((m) => m.id).toSorted());
  });

  it("minimise the loss of the baseline, with its first settings and in their own range of rates", () => {
    const sgd = candidateFor("sgd", "binary", { baseline: "focal" });
    expect(sgd).toMatchObject({ kind: "optimizer", of: { id: "focal" } });
    const { rates, settings } = gridOf(sgd, 2);
    expect(settings).toEqual([{ gamma: 2 }]);
    expect(rates[1]).toBeGreaterThan(0.05);
    expect(summarise([sgd], "binary", defaultSettings)[0].kind).toBe("optimizer");
  });

  it("refuse a loss that doesn't go with them: a memory, a step of its own, a name taken, a whole batch", () => {
    const of = (id: string, baseline: string) => () => candidateFor(id, "binary", { baseline });
    expect(of("sam", "aldr-kl")).toThrow(
      'steps: expected ones that go with the baseline aldr-kl (a memory for each example), got "sam"',
    );
    expect(of("sgd", "dhkd")).toThrow(/baseline dhkd \(a step of its own\)/);
    expect(of("saf", "ldr-kl")).toThrow(/baseline ldr-kl \(lambda\)/);
    expect(of("mesa", "comp-sum")).toThrow(/baseline comp-sum \(tau\)/);
    expect(of("esam", "anyloss")).toThrow(/baseline anyloss, a loss of whole batches/);
    expect(of("sam", "anyloss")()).toMatchObject({ id: "sam", kind: "step" });
    expect(of("sgd", "aldr-kl")()).toMatchObject({ of: { id: "aldr-kl" } });
  });

  it("refuse an unknown name, and one of the other kind", () => {
    expect(() => chosen("auto", "binary", "auto", null, { optimizers: ["sgdd"] })).toThrow(
      /^optimizers: expected all, or some of .*sgd.*, got "sgdd": did you mean 'sgd'\?$/,
    );
    expect(() => chosen("auto", "binary", "auto", null, { steps: ["sgd"] })).toThrow(
      /^steps: expected all, .*sam/,
    );
  });
});

describe("summarise", () => {
  it.each(tasks)("lists losses with the grid that runs, and the references of %s after them", (task) => {
    const losses = chooseCandidates(
      { losses: "auto", baseline: "auto", distillFrom: null, optimizers: [], steps: [] },
      task,
    );
    const rows = summarise(losses, task, { ...defaultSettings, configurations: 4 });
    expect(rows.slice(0, losses.length).map((r) => r.id)).toEqual(losses.map((c) => c.id));
    for (const row of rows.slice(0, losses.length)) {
      expect(row.kind).toBe("loss");
      const grid = gridOf(candidateById(row.id, task), 4);
      expect(row.grid).toEqual(firstOf(grid));
      expect(row.configurations).toEqual(countsOf(grid));
      expect(row.extension ?? false).toBe(candidateById(row.id, task).extensionOn?.includes(task) ?? false);
    }
    expect(rows.slice(losses.length).map((r) => [r.id, r.kind, r.grid.length])).toEqual(
      {
        binary: [
          ["majority-class", "reference", 0],
          ["cross-entropy-threshold", "reference", 0],
          ["chosen-by-validation", "reference", 0],
        ],
        multiclass: [
          ["majority-class", "reference", 0],
          ["chosen-by-validation", "reference", 0],
        ],
        regression: [
          ["mean-target", "reference", 0],
          ["chosen-by-validation", "reference", 0],
        ],
        preference: [
          ["no-preference", "reference", 0],
          ["chosen-by-validation", "reference", 0],
        ],
      }[task],
    );
  });

  it("lists an ensemble where a reference is trained whose folds it can be chosen on", () => {
    const ensembleOf = (given: Partial<Settings> = {}, task: Task = "binary") => {
      const settings: Settings = { ...defaultSettings, target: "y", ...given };
      const rows = summarise(chooseCandidates(settings, task), task, settings);
      return rows.find(({ id }) => id === "ensemble");
    };
    expect(ensembleOf()).toEqual({
      id: "ensemble",
      label: "Ensemble of baseline, linear model and trees",
      kind: "reference",
      formula: expect.stringContaining("best on the other folds"),
      grid: [],
    });
    expect(ensembleOf({ references: ["trees"] })?.label).toBe("Ensemble of baseline and trees");
    expect(ensembleOf({}, "multiclass")?.label).toBe(ensembleOf({}, "regression")?.label);
    // With a linear model, the linear reference is left out.
    expect(ensembleOf({ model: "linear" })?.label).toBe("Ensemble of baseline and trees");
    const without: Partial<Settings>[] = [
      { references: [] },
      { model: "linear", references: ["linear"] },
      { test: "later.csv" },
      { time: "day" },
      { bagColumn: "bag" },
    ];
    for (const given of without) expect(ensembleOf(given), JSON.stringify(given)).toBeUndefined();
    expect(ensembleOf({}, "preference")).toBeUndefined();
  });
});
