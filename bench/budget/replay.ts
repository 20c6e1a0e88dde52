import {
  chooseCandidates,
  defaultSettings,
  makeBudget,
  type PlannedTrial,
  type PredictedTrial,
  type RunOptions,
  references,
  single,
  summarise,
  type Team,
} from "@minimand/compare";
import { normal, type RandomSource, shuffle } from "minimand/engine";
import { samplesOf } from "../../packages/compare/src/run/budget.ts";
import { workOf } from "../../packages/compare/src/run/comparison-work.ts";
import { runWithin } from "../../packages/compare/src/run/plan-within.ts";
import usual from "../../packages/compare/src/run/usual-costs.json" with { type: "json" };
import type { Recorded } from "./record.ts";

/** A machine as it is imagined. */
export interface Machine {
  workers: number;
  /** Times as slow as the one on which costs were recorded. */
  slowness: number;
  /** Standard deviation of the logarithm of a trial's time. */
  noise: number;
  /** How much slower it is at the end of the budget than at its start. */
  drift: number;
}

/** How a comparison with a budget went. */
export interface Replayed {
  /** Seconds when it ended. */
  ended: number;
  rows: number;
  folds: number;
  seeds: number;
  /** The first time left that was shown, over what was left. */
  firstLeft: number;
}

/** Milliseconds, on the machine of the recording: until trials run, what a worker's first trial takes more, and the report. */
const others = { start: 1500, warming: 300, each: 8, report: 1000 };

/** Runs the plan of a comparison with the defaults by a clock of its own: nothing is trained, trials take what was recorded. */
export async function replay(
  recorded: readonly Recorded[],
  seconds: number,
  machine: Machine,
  random: RandomSource,
): Promise<Replayed> {
  const { task, classes, of } = recorded[0];
  const { workers } = machine;
  let clock = 0;
  const pass = (milliseconds: number): void => {
    clock += milliseconds * machine.slowness * (1 + (machine.drift * clock) / (1000 * seconds));
  };
  const settings = { ...defaultSettings, ...single, target: "target" };
  const candidates = chooseCandidates(settings, task);
  const dataset = {
    rows: of,
    task,
    classes: Array.from({ length: classes }, (_, k) => String(k)),
    features: [],
  };
  const summaries = summarise(candidates, task, settings);
  const options = {
    settings,
    candidates,
    summaries,
    workers,
    versions: {},
    engine: { name: "native" },
    subjects: [{ dataset, sha256: "", testSha256: null, teacherSha256: null, unlabeledSha256: null }],
    baseline: task === "regression" ? "squared" : "cross-entropy",
    keep: "auto",
    quantize: [],
    budget: makeBudget(1000 * seconds, 0, () => clock),
  } as unknown as RunOptions;
  const takes = (trial: PlannedTrial, sample: number | null): number =>
    1000 * costOf(recorded, trial, Math.min(of, sample ?? of)) * Math.exp(machine.noise * normal(random));

  let started = 0;
  let shown: { at: number; left: number } | null = null;
  const team: Team = {
    recall: async (trials) => [...trials],
    async run(trials, { sample, wanted, finished, left }) {
      if (started === 0) pass(others.start);
      const running: { end: number; trial: PlannedTrial; seconds: number }[] = [];
      let next = 0;
      const end = (): void => {
        const first = running.reduce((a, b) => (b.end < a.end ? b : a));
        running.splice(running.indexOf(first), 1);
        clock = Math.max(clock, first.end);
        const { trial } = first;
        finished({ trial, records: [{ seconds: first.seconds } as PredictedTrial], fresh: true });
        const still = left();
        if (still !== null) shown ??= { at: clock, left: still };
      };
      for (;;) {
        while (running.length < workers && next < trials.length && wanted()) {
          const trial = trials[next++];
          const isConstant = [references.majority.id, references.mean.id].includes(
            trial.spec.candidate as never,
          );
          const warming = !isConstant && started++ < workers ? others.warming : 0;
          const from = clock;
          pass(takes(trial, sample) + warming);
          const took = clock - from;
          clock = from;
          running.push({ end: from + took + others.each * machine.slowness, trial, seconds: took / 1000 });
        }
        if (running.length === 0) return;
        end();
      }
    },
    doubts: () => null,
    end: async () => {},
  };
  const rivals = candidates.filter(({ id, kind }) => id !== options.baseline && kind !== "reference");
  const work = workOf(options, team, {
    samples: samplesOf(of),
    // By chance.
    finalists: () => [
      Array.from(
        shuffle(
          Int32Array.from(rivals, (_, i) => i),
          random,
        ).subarray(0, 5),
        (i) => rivals[i].id,
      ),
    ],
  });
  const { sample, folds, seeds } = await runWithin(work, options.budget!);
  const model = { subject: 0, spec: { candidate: options.baseline, seed: 0, fold: 1 } } as PlannedTrial;
  pass((1.3 * takes(model, sample)) / settings.configurations + others.report);
  const ended = clock / 1000;
  const { at, left } = shown ?? { at: 0, left: Number.NaN };
  return { ended, rows: Math.min(of, sample ?? of), folds, seeds, firstLeft: left / (1000 * ended - at) };
}

/**
 * Seconds of a trial on so many rows: between those that were recorded on a line, beyond them in proportion, below them as the tables
 * say that were recorded with several.
 */
function costOf(recorded: readonly Recorded[], { spec }: PlannedTrial, rows: number): number {
  const at = ({ seconds }: Recorded): number => seconds[spec.candidate]?.[Math.min(1, spec.fold)] ?? 0;
  const levels = recorded.toSorted((a, b) => a.rows - b.rows);
  const above = levels.findIndex((level) => level.rows >= rows);
  if (above < 0) return at(levels.at(-1)!) * (rows / levels.at(-1)!.rows);
  if (above === 0) return (at(levels[0]) * (usual.rows + rows)) / (usual.rows + levels[0].rows);
  const [low, high] = [levels[above - 1], levels[above]];
  const share = (rows - low.rows) / (high.rows - low.rows);
  return at(low) + share * (at(high) - at(low));
}
