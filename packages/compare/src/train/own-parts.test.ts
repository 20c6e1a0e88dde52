import { numpy as np, random } from "@jax-js/jax";
import { type FeatureModel, focal, mlp } from "minimand";
import { readSafetensors, weightRows } from "minimand/models";
import { describe, expect, it } from "vitest";
import { csv, datasetOf, quick } from "../../../../test/support/datasets.ts";
import { asyncLeakOf, leakOf } from "../../../../test/support/leaks.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import { fitWhole, predictTable } from "../model/saved-model.ts";
import type { Candidate, LossCandidate } from "../plan/candidate.ts";
import { candidateById } from "../plan/candidates.ts";
import { chooseCandidates } from "../plan/choose.ts";
import { methods } from "../plan/methods.ts";
import type { OwnModel, OwnParts } from "../plan/own-parts.ts";
import { summarise } from "../plan/summarise.ts";
import { planTrials } from "../plan/trials.ts";
import type { PredictedTrial, Settings } from "../results.ts";
import { reportDataset } from "../run/assemble.ts";
import { UsageError } from "../usage-error.ts";
import { ownNetwork } from "./own-network.ts";
import { makeTrialRunner } from "./run-trial.ts";

const settings: Settings = { ...quick, losses: ["focal", "focal2"] };
const wave = Array.from({ length: 40 }, (_, i) => Math.sin(i * i));
const dataset = await datasetOf(
  csv({ a: wave, b: wave.map((v) => v * v), y: wave.map((v, i) => (v > 0 || i % 7 === 0 ? "yes" : "no")) }),
);

/** The focal loss again, under another name. */
const focal2: LossCandidate = {
  ...(candidateById("focal", "binary") as LossCandidate),
  id: "focal2",
  label: "Focal again",
  loss:
    () =>
    (f, y, { weights, hyper }) =>
      focal(f, y, { weights, gamma: hyper.gamma }),
};
const lion2: Candidate = { ...methods.find(({ id }) => id === "lion")!, id: "lion2" };

async function run(
  ids: readonly string[],
  own: OwnParts,
  given: Settings = settings,
): Promise<PredictedTrial[]> {
  const runner = makeTrialRunner(dataset, given, own);
  const records: PredictedTrial[] = [];
  for (const candidate of ids)
    for (const fold of [0, 1]) records.push(...(await runner.run({ candidate, seed: 0, fold })));
  runner.dispose();
  return records;
}

const subject = { dataset, sha256: "", testSha256: null, teacherSha256: null, unlabeledSha256: null };

const anonymous = (records: readonly PredictedTrial[]) =>
  records.map(({ candidate: _, seconds: __, ...record }) => record);

describe("own candidates", () => {
  const own = { candidates: [focal2, lion2] };

  it("train as those of the comparison do, to the last digit", async () => {
    expect(anonymous(await run(["focal2"], own))).toEqual(anonymous(await run(["focal"], own)));
    expect(anonymous(await run(["lion2"], own))).toEqual(anonymous(await run(["lion"], {})));
  });

  it("are chosen by name, run with all of their task, and may be the baseline that methods minimise", () => {
    const chosen = (given: Partial<Settings>) =>
      chooseCandidates({ ...settings, ...given }, "binary", own).map(({ id }) => id);
    expect(chosen({})).toEqual(["cross-entropy", "class-weighted-cross-entropy", "focal", "focal2"]);
    expect(chosen({ losses: "auto" }).at(-1)).toBe("focal2");
    expect(chosen({ baseline: "focal2", losses: [], optimizers: ["all"] })[0]).toBe("focal2");
    expect(chosen({ optimizers: ["all"] }).at(-1)).toBe("lion2");
    expect(() => chooseCandidates(settings, "binary")).toThrow(/got "focal2": did you mean 'focal'\?$/);
    expect(() => chosen({ losses: ["focal3"] })).toThrow(/got "focal3": did you mean 'focal'\?$/);
  });

  it("always run where they are references, and are no baseline then", () => {
    const shown: Candidate = { ...focal2, kind: "reference", needs: undefined };
    const choose = (given: Partial<Settings>) =>
      chooseCandidates({ ...settings, losses: [], ...given }, "binary", { candidates: [shown] });
    expect(summarise(choose({}), "binary", settings).map(({ id, kind }) => [id, kind])).toContainEqual([
      "focal2",
      "reference",
    ]);
    expect(() => choose({ baseline: "focal2" })).toThrow(
      new RangeError('baseline: expected a loss that is no reference, got "focal2"'),
    );
  });

  it("are ranked as a baseline, and kept as the model", async () => {
    const given: Settings = { ...settings, baseline: "focal2", losses: [] };
    const candidates = summarise(chooseCandidates(given, "binary", own), "binary", given);
    const ids = candidates
      .map(({ id }) => id)
      .filter((id) => !["cross-entropy-threshold", "chosen-by-validation", "ensemble"].includes(id));
    const records = await run(ids, own, given);
    const source = { name: "a", source: "a", sha256: "", testTable: null };
    const report = reportDataset(dataset, source, given, candidates, records);
    expect(report.ranking.baseline).toBe("focal2");
    expect(report.model?.candidate).toBe("focal2");
    const kept = await fitWhole(dataset, given, report.model!, { candidates: [focal2] });
    const chosen = { ...report.model!, candidate: "focal" };
    expect(kept.weights).toEqual((await fitWhole(dataset, given, chosen)).weights);
  });

  it("are looked at wherever they are given", async () => {
    const nameless = { candidates: [{ ...focal2, id: "focal" }] };
    const refusal = /^candidates\[0\]\.id: expected a name that no other candidate has, got "focal"$/;
    expect(() => chooseCandidates(settings, "binary", nameless)).toThrow(refusal);
    expect(() => makeTrialRunner(dataset, settings, nameless)).toThrow(refusal);
  });
});

describe("an own model", () => {
  const model = (hidden: number[]) => ({
    id: "own",
    make: (shape: { inputs: number; outputs: number }) => mlp({ ...shape, hidden }),
  });

  it("is trained instead of the network of the settings", async () => {
    const plain = anonymous(await run(["focal"], {}));
    expect(anonymous(await run(["focal"], { model: model([4]) }))).toEqual(plain);
    expect(anonymous(await run(["focal"], { model: model([3]) }))).not.toEqual(plain);
  });

  it("leaves losses of another last layer out, and refuses those that are asked for", () => {
    const choose = (losses: Settings["losses"]) =>
      chooseCandidates({ ...settings, losses }, "binary", { model: model([4]) }).map(({ id }) => id);
    expect(choose("auto")).toContain("hinge");
    expect(choose("auto")).not.toContain("cosface");
    expect(() => choose(["cosface"])).toThrow(
      new RangeError('losses: expected ones of a linear last layer, as an own model has, got "cosface"'),
    );
  });

  it("is kept with its state, and predicts where it is given again, and nowhere else", async () => {
    const counting = {
      id: "counting",
      make: (shape: { inputs: number; outputs: number }): FeatureModel => {
        const inner = mlp({ ...shape, hidden: [3] });
        const forward: FeatureModel["applyWithFeatures"] = ({ params, state }, x, options) => {
          const [made] = inner.applyWithFeatures({ params, state: {} }, x, options);
          const { steps } = state as { steps: np.Array };
          return [made, { steps: options.training ? steps.add(1) : steps }];
        };
        return {
          ...inner,
          init: (key) => ({ ...inner.init(key), state: { steps: np.zeros([1]) } }),
          apply(...given) {
            const [{ features, output }, state] = forward(...given);
            features.dispose();
            return [output, state];
          },
          applyWithFeatures: forward,
        };
      },
    };
    const chosen = {
      candidate: "focal",
      epochs: 2,
      why: "",
      configuration: { learningRate: 0.01, parameters: { gamma: 2 } },
    };
    const given: Settings = { ...settings, model: "own" };
    const kept = await fitWhole(dataset, given, chosen, { model: counting });
    expect(kept.description).toMatchObject({ network: { hidden: [], own: { id: "counting" } } });
    const { params, "state.0": steps } = readSafetensors(kept.weights).tensors;
    expect(params.shape).toEqual([3 * (weightRows(2) + 1) + 2 * (weightRows(3) + 1)]);
    // Two epochs of three batches.
    expect([...steps.data]).toEqual([6]);
    const table = await tableOf("a,b\n0.5,0.25\n-0.5,0.25\n0.1,0.01\n");
    const { prediction } = await predictTable(kept, table, counting);
    const plain = await fitWhole(dataset, { ...settings, hidden: [3] }, chosen);
    expect(prediction).toEqual((await predictTable(plain, table)).prediction);
    expect(await asyncLeakOf(() => predictTable(kept, table, counting))).toBe(0);

    await expect(predictTable(kept, table)).rejects.toThrow(
      "model: expected the own model counting with it, got undefined",
    );
    await expect(predictTable(kept, table, { ...counting, id: "other" })).rejects.toThrow(
      'model: expected the own model counting, got "other"',
    );
    await expect(predictTable(kept, table, { ...model([3]), id: "counting" })).rejects.toThrow(
      "model.safetensors: expected the tensors of the own model, got 'state.0' as well",
    );
    const throws = (make: OwnModel["make"]): Promise<unknown> =>
      predictTable(kept, table, { id: "counting", make, origin: { file: "own.mjs", sha256: "5a" } });
    const nothing = () => {
      throw new Error("no weights\nat all");
    };
    await expect(throws(nothing)).rejects.toThrow(
      new UsageError("--with own.mjs: counting can't be used: no weights"),
    );
    await expect(throws((shape) => ({ ...counting.make(shape), init: () => null as never }))).rejects.toThrow(
      "--with own.mjs: counting can't be used: model.init: expected an object of params and state, got null",
    );
    const throwsAtCall = (last: number): OwnModel["make"] => {
      let calls = 0;
      return (shape) => ({
        ...counting.make(shape),
        apply(...given) {
          calls++;
          if (calls === last) throw new Error("no outputs");
          return counting.make(shape).apply(...given);
        },
      });
    };
    for (const last of [1, 2])
      await expect(throws(throwsAtCall(last))).rejects.toThrow(
        new UsageError("--with own.mjs: counting can't be used: no outputs"),
      );
    await expect(predictTable(plain, table, counting)).rejects.toThrow("expected the own model none");
    await expect(fitWhole(dataset, given, chosen)).rejects.toThrow(
      "model: expected one beside the settings, which speak of an own one, got undefined",
    );
  });

  it("may be an object of a class, which keeps what it has of its own", () => {
    class Own implements FeatureModel {
      readonly #inner = mlp({ inputs: 2, hidden: [3], outputs: 1 });
      readonly featureSize = this.#inner.featureSize;
      readonly outputSize = this.#inner.outputSize;
      init(...given: Parameters<FeatureModel["init"]>) {
        return this.#inner.init(...given);
      }
      apply(...given: Parameters<FeatureModel["apply"]>) {
        return this.#inner.apply(...given);
      }
      applyWithFeatures(...given: Parameters<FeatureModel["applyWithFeatures"]>) {
        return this.#inner.applyWithFeatures(...given);
      }
      asLayers() {
        return { pieces: [], variables: { params: [], state: [] } };
      }
    }
    const network = ownNetwork({ id: "own", make: () => new Own() }, 2, 1);
    expect(network).toMatchObject({ featureSize: 3, outputSize: 1 });
    expect(network.asLayers).toBeUndefined();
    const [output] = network.apply(network.init(random.key(0)), np.zeros([4, 2]), { training: false });
    expect(output.shape).toEqual([4, 1]);
    output.dispose();
  });

  it("counts as layers only if they give its own outputs", () => {
    const layersOf = (changes: (inner: FeatureModel) => Partial<FeatureModel>) => {
      const make: OwnModel["make"] = (shape) => {
        const inner = mlp({ ...shape, hidden: [3] });
        return { ...inner, ...changes(inner) };
      };
      return ownNetwork({ id: "own", make }, 2, 1).asLayers;
    };
    expect(layersOf(() => ({}))).toBeDefined();
    const doubled: (inner: FeatureModel) => Partial<FeatureModel> = (inner) => ({
      apply(...given) {
        const [output, state] = inner.apply(...given);
        return [output.mul(2), state];
      },
    });
    expect(layersOf(doubled)).toBeUndefined();
    expect(
      layersOf(() => ({
        asLayers() {
          throw new Error("none");
        },
      })),
    ).toBeUndefined();
    expect(leakOf(() => layersOf(doubled))).toBe(0);
  });

  it("is part of the keys with the hash of its code, where that is known", () => {
    const planned = (origin?: { file: string; sha256: string }) =>
      planTrials(settings, [candidateById("focal", "binary")], [subject], {
        versions: {},
        engine: { name: "wasm", version: "", threads: 1 },
        model: { id: "own", ...(origin && { origin }) },
      })[1].key;
    expect(planned()).toMatchObject({ model: "own" });
    expect(planned()).not.toHaveProperty("modelCode");
    expect(planned({ file: "a.ts", sha256: "5a" })).toEqual({ ...planned(), modelCode: "5a" });
  });

  it("is refused where its outputs are too many or too few", async () => {
    const wrong = { id: "wrong", make: () => mlp({ inputs: 2, hidden: [], outputs: 3 }) };
    await expect(run(["focal"], { model: wrong })).rejects.toThrow(
      new RangeError("model.make: expected a model with the outputSize 2, got 3"),
    );
  });
});
