import type { Metric } from "minimand";
import { type Compile, derive, readOptions } from "minimand/engine";
import { metricById } from "minimand/metrics";
import { NonFiniteError } from "minimand/training";
import type { Dataset } from "../data/dataset.ts";
import { moments } from "../data/moments.ts";
import type { TargetScale } from "../data/target-scale.ts";
import {
  type BuildInfo,
  isTrees,
  minimisedBy,
  type NetworkCandidate,
  type PlannedCandidate,
} from "../plan/candidate.ts";
import { baselineIdOf, plannedFor, references } from "../plan/candidates.ts";
import { checkCandidates } from "../plan/check-candidates.ts";
import { gridOf } from "../plan/grid.ts";
import type { OwnParts } from "../plan/own-parts.ts";
import { checkSettingNames, metricFor } from "../plan/settings.ts";
import { settingsFor, type TrialSpec } from "../plan/trials.ts";
import type { Table } from "../read/table.ts";
import type { PredictedTrial, Settings } from "../results.ts";
import { traitsOf } from "../task.ts";
import { averagedOutputs } from "./averaged-outputs.ts";
import { calibrated, calibrationBy } from "./calibration.ts";
import { estimateFlips, flipsGiven } from "./flips.ts";
import { makeFolds, type PreparedFold, type TrainingParts } from "./fold.ts";
import { keepPrediction } from "./kept-predictions.ts";
import { buildInfoOf, type Learner, makeLearner } from "./learner.ts";
import { eachMember, joinedOf, type Validated } from "./members.ts";
import { namesOfTrial } from "./names-of-trial.ts";
import { discard, type Network, type Trained } from "./network.ts";
import { finiteOrNull, fullEvaluation, type Prediction, predictionOf, scoreOfPrediction } from "./outcome.ts";
import { checkOwnModel, makeNetworkOf } from "./own-network.ts";
import type { Quantiser } from "./quantization/quantiser.ts";
import { floatName, predictQuantised } from "./quantization/run-quantised.ts";
import { runTrees } from "./run-trees.ts";
import { selectionFor } from "./selection.ts";
import { bestThreshold, decideBy } from "./threshold.ts";
import { tune } from "./tune.ts";

/** Runs the trials of one data set; folds and compiled steps are made once and kept. */
export interface TrialRunner {
  /** The record of the trial, and those of references that fall out of it (the tuned threshold). */
  run(spec: TrialSpec, signal?: AbortSignal): Promise<PredictedTrial[]>;
  dispose(): void;
}

/**
 * Makes a runner. A trial tunes the candidate on the inner split of its fold, keeps the configuration and the
 * epoch with the best report metric there, and judges that model on the test part. Same data, settings and spec: same
 * record (but for `seconds`).
 *
 * @param options `testTable`: a second file as the test part (`--test`), instead of folds. `candidates`: own ones, by whose
 *   names trials may ask for them. `model`: trained instead of the network of the settings
 */
export function makeTrialRunner(
  dataset: Dataset,
  settings: Settings,
  options: OwnParts & { testTable?: Table | null; compile?: Compile } = {},
): TrialRunner {
  checkSettingNames(settings);
  const {
    testTable,
    compile,
    candidates: own,
    model,
  } = readOptions("makeTrialRunner", options, {
    testTable: [null],
    compile: true,
    candidates: [[]],
    model: true,
  });
  checkCandidates(own);
  checkOwnModel(settings, model);
  const { task } = dataset;
  const metric = metricById(metricFor(settings.metric, task));
  const info = buildInfoOf(dataset, settings);
  // Only of the last seed: trials come seed by seed, and the encoded rows are most of the memory.
  let prepared: { seed: number; inputs: string; folds: PreparedFold[] } | null = null;
  const networks = new Map<string, Network>();
  const quantisers = new Map<string, Map<number, Quantiser>>();
  const learners = new Map<string, Learner>();

  const foldsFor = (seed: number, candidate: PlannedCandidate | null): PreparedFold[] => {
    const applied = settingsFor(candidate, settings);
    const inputs = `${applied.bins} ${applied.members}`;
    if (prepared?.seed !== seed || prepared.inputs !== inputs)
      prepared = { seed, inputs, folds: makeFolds(dataset, applied, seed, testTable) };
    return prepared.folds;
  };
  const networkFor = (candidate: NetworkCandidate, inputs: number): Network => {
    const { head = "linear" } = minimisedBy(candidate);
    const other = "network" in candidate;
    return remembered(networks, `${head} ${inputs} ${other}`, () =>
      makeNetworkOf(
        other ? undefined : model,
        inputs,
        task,
        info.classes,
        { ...settingsFor(candidate, settings), head },
        compile,
      ),
    );
  };
  const learnerFor = (candidate: NetworkCandidate, inputs: number): Learner =>
    remembered(learners, `${candidate.id} ${inputs}`, () =>
      makeLearner(networkFor(candidate, inputs), candidate, info, settings, compile),
    );

  /** Pairs are judged by the share of them that is flipped. */
  const withFlips = async (
    fold: PreparedFold,
    spec: TrialSpec,
    signal?: AbortSignal,
  ): Promise<PreparedFold> => {
    if (dataset.pairs === undefined || fold.flips !== undefined) return fold;
    if (settings.flipRate !== "auto") fold.flips = flipsGiven(settings.flipRate);
    else {
      const scoring = plannedFor(
        baselineIdOf({ baseline: "auto" }, task),
        task,
        settings,
      ) as NetworkCandidate;
      const parts = { network: networkFor(scoring, fold.inputs), learner: learnerFor(scoring, fold.inputs) };
      fold.flips = await estimateFlips(fold, dataset, parts, {
        seed: derive(spec.seed, spec.fold, 1),
        signal,
      });
    }
    return fold;
  };

  return {
    async run(spec, signal) {
      const started = performance.now();
      const isConstant = spec.candidate === references[traitsOf[task].constant].id;
      const candidate = isConstant ? null : plannedFor(spec.candidate, task, settings, own);
      const cut = foldsFor(spec.seed, candidate)[spec.fold];
      const make = recorder(spec, cut, metric, task, started);
      if (candidate === null)
        return [make({ candidate: spec.candidate, prediction: constantPrediction(cut, info) })];
      const seed = derive(spec.seed, spec.fold);
      if (isTrees(candidate))
        return [await treesRecord(candidate, cut, { dataset, testTable }, { seed, metric, signal }, make)];
      const fold = await withFlips(cut, spec, signal);
      const network = networkFor(candidate, fold.inputs);
      const learner = learnerFor(candidate, fold.inputs);
      const running = { spec, fold, task, metric, seed, signal, network, learner, make };
      if (spec.quantise === undefined)
        return tunedRecords(candidate, gridOf(candidate, settings.configurations), running);
      const kept = remembered(quantisers, `${candidate.id} ${fold.inputs}`, () => new Map());
      return quantisedRecords(spec.quantise, kept, compile, running);
    },
    dispose() {
      for (const quantiser of [...quantisers.values()].flatMap((own) => [...own.values()]))
        quantiser.dispose();
      for (const learner of learners.values()) learner.dispose();
      for (const network of networks.values()) network.dispose();
    },
  };
}

/** A trial of a network on a fold, and what makes its records. */
interface Running {
  spec: TrialSpec;
  fold: PreparedFold;
  task: Dataset["task"];
  metric: Metric;
  seed: number;
  signal?: AbortSignal;
  network: Network;
  learner: Learner;
  make: ReturnType<typeof recorder>;
}

/** A library that fails costs a reference, and not the comparison. */
async function treesRecord(
  candidate: Parameters<typeof runTrees>[0],
  fold: PreparedFold,
  data: Parameters<typeof runTrees>[2],
  options: Parameters<typeof runTrees>[3],
  make: Running["make"],
): Promise<PredictedTrial> {
  try {
    return make({ candidate: candidate.id, ...(await runTrees(candidate, fold, data, options)) });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return make({ candidate: candidate.id, prediction: null, unavailable: why });
  }
}

/** The network of a configuration that was chosen before, in a given width. */
async function quantisedRecords(
  { widths, configuration }: NonNullable<TrialSpec["quantise"]>,
  quantisers: Map<number, Quantiser>,
  compile: Compile | undefined,
  { fold, task, metric, seed, signal, network, learner, make }: Running,
): Promise<PredictedTrial[]> {
  const { trained, epochs } = await learner.train(fold, configuration, { seed, metric, signal });
  if (trained === null) return [make({ candidate: floatName, prediction: null })];
  try {
    const options = { fold, task, widths, seed, compile, signal, quantisers };
    const predictions = await predictQuantised(network, trained, options);
    return predictions.map(({ name, prediction }) =>
      make({ candidate: name, prediction, chosen: configuration, epochs }),
    );
  } finally {
    discard(trained);
  }
}

/** The best configuration on the validation part, with the reference of a tuned threshold where the trial has its name. */
async function tunedRecords(
  candidate: NetworkCandidate,
  grid: Parameters<typeof tune>[2],
  { spec, fold, task, metric, seed, signal, network, learner, make }: Running,
): Promise<PredictedTrial[]> {
  const selection = selectionFor(minimisedBy(candidate), metric, fold.flips?.judged);
  const { best, tuning } = await tune(learner, fold, grid, { selection, metric, signal, seed });
  const names = namesOfTrial(spec, task);
  const diverged = (made: Partial<PredictedTrial>): PredictedTrial[] =>
    names.map((candidate) => make({ ...made, candidate, prediction: null }));
  if (best === null) return diverged({ tuning });
  const { trained: first, epochs, curve } = best.run;
  const { configuration } = best;
  const common: Partial<PredictedTrial> = { tuning, chosen: configuration, epochs, curve };
  const tunesThreshold = names.includes(references.threshold.id);
  const outputs: Float32Array[] = [];
  const validated: Validated[] = [];
  const use = async (trained: Trained, { validation }: TrainingParts): Promise<void> => {
    outputs.push(await network.outputs(trained, fold.test));
    if (!tunesThreshold && fold.flips === undefined) return;
    const prediction = await network.predict(trained, validation, fold.target);
    validated.push({ part: validation, prediction });
  };
  try {
    await eachMember({ first, configuration }, { fold, learner, seed, metric, signal }, use);
  } catch (error) {
    // Outputs that are not finite on rows far away from those of training, or a member that diverged.
    if (!(error instanceof NonFiniteError)) throw error;
    return diverged(common);
  }
  const { rows } = fold.test;
  const averaged = averagedOutputs(outputs, task, outputs[0].length / rows);
  let prediction = predictionOf(averaged, rows, task, fold.target);
  const { part, prediction: ofPart } = joinedOf(validated);
  if (fold.flips !== undefined) {
    const { judged, identifiable, assumed } = fold.flips;
    const calibration = calibrationBy(part, ofPart, judged);
    prediction = calibrated(prediction, calibration);
    common.preference = { ...calibration, identifiable, assumed };
  }
  const records = [make({ candidate: spec.candidate, ...common, prediction })];
  if (!tunesThreshold) return records;
  const decided = decideBy(bestThreshold(metric, part, ofPart), prediction);
  return [...records, make({ candidate: references.threshold.id, ...common, prediction: decided })];
}

function recorder(
  spec: TrialSpec,
  fold: PreparedFold,
  metric: Metric,
  task: Dataset["task"],
  started: number,
) {
  return (
    made: Partial<PredictedTrial> & { candidate: string; prediction: Prediction | null },
  ): PredictedTrial => {
    const { candidate, prediction, tuning = [], chosen = null, epochs = 0, curve = [] } = made;
    const { unavailable, preference } = made;
    const score = prediction === null ? Number.NaN : scoreOfPrediction(metric, fold.test, prediction);
    return {
      candidate,
      seed: spec.seed,
      fold: spec.fold,
      status: prediction === null ? "diverged" : "ok",
      chosen,
      tuning,
      epochs,
      score: finiteOrNull(score),
      ...(prediction === null ? { metrics: {} } : fullEvaluation(task, fold.test, prediction)),
      curve,
      rows: { fit: fold.fit.rows, validation: fold.validation.rows, test: fold.test.rows },
      predictions: prediction === null ? null : keepPrediction(fold.testRows, prediction),
      seconds: (performance.now() - started) / 1000,
      ...(preference !== undefined && { preference }),
      ...(unavailable !== undefined && { unavailable }),
    };
  };
}

/** The most frequent class of the fitting part, with its class shares as probabilities; or the mean of the target. */
function constantPrediction(
  { fit, test, target, classCounts: counted }: PreparedFold,
  { task }: BuildInfo,
): Prediction {
  const rows = test.rows;
  if (task === "regression") {
    return {
      probabilities: new Float64Array(0),
      predicted: new Int32Array(0),
      predictions: new Float64Array(rows).fill(meanOf(fit.targets, target)),
    };
  }
  // The side of the chosen response is random.
  const classCounts = task === "preference" ? counted.map(() => fit.rows / 2) : counted;
  const most = classCounts.indexOf(Math.max(...classCounts));
  const shares = classCounts.map((n) => n / fit.rows);
  return {
    probabilities: Float64Array.from({ length: rows * shares.length }, (_, i) => shares[i % shares.length]),
    predicted: new Int32Array(rows).fill(most),
    predictions: new Float64Array(0),
  };
}

/** The mean target; that of the scale unless it is one of logarithms. */
const meanOf = (targets: Float64Array, { mean, log }: TargetScale): number =>
  log ? moments(targets).mean : mean;

function remembered<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
