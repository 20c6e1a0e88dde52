import type { Host, Progress, Reproduction, ReproductionReport, Row } from "../reproduction.ts";
import { arms, type Configuration } from "./arms.ts";
import { kernelCases } from "./kernels.ts";
import { type NetworkSpec, networkTrial } from "./network.ts";
import { card } from "./paper.ts";
import { quadraticTrial } from "./quadratic.ts";
import { type Result, reportOf, type Spec } from "./report.ts";
import { decays, largeArms, network, scales, tuningSeeds } from "./settings.ts";
import tuned from "./tuned.json" with { type: "json" };

type LionHost = Host<Spec, Result>;

export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial: (spec, host) => (spec.part === "quadratic" ? quadraticTrial(spec, host) : networkTrial(spec, host)),
  run,
  tune,
};

async function* run(host: LionHost): AsyncGenerator<Progress, ReproductionReport> {
  const { seeds, fraction, everyKernel } = scales[host.scale];
  const taken = (_: unknown, i: number): boolean => i % everyKernel === 0;
  const panel = arms.filter(({ relative }) => relative === true).filter(taken);
  const compared = [...arms.filter(({ relative }) => relative !== true), ...panel];
  const epochs = (full: number): number => Math.max(1, Math.round(full * fraction));
  const specs = Array.from({ length: host.seeds ?? seeds }, (_, seed) => seed).flatMap((seed): Spec[] => {
    const base = { part: "network", seed, judge: "test", start: 1, epochs: epochs(network.epochs) } as const;
    const { factor, weightDecay, learningRate } = network.large;
    return [
      // The longest first: no worker has to wait for one in the end.
      ...largeArms.map(
        (arm): NetworkSpec => ({
          ...base,
          purpose: "large",
          arm,
          configuration: { learningRate, weightDecay },
          start: factor,
          epochs: epochs(network.large.epochs),
        }),
      ),
      ...compared.map(
        ({ id }): NetworkSpec => ({ ...base, purpose: "tuned", arm: id, configuration: choiceOf(id) }),
      ),
      ...decays.values.map(
        (value): NetworkSpec => ({
          ...base,
          purpose: "decay",
          arm: "lion",
          configuration: { learningRate: decays.learningRate, weightDecay: value },
        }),
      ),
      ...kernelCases.filter(taken).map(({ id }): Spec => ({ part: "quadratic", kernel: id, seed, fraction })),
    ];
  });
  return reportOf(specs, yield* collect(host, specs));
}

/** Six configurations for every optimizer, judged by training rows held out; its choice has the best mean accuracy. */
async function* tune(
  host: LionHost,
): AsyncGenerator<Progress, { rows: Row[]; choices: Record<string, Row> }> {
  const epochs = Math.max(1, Math.round(network.epochs * scales[host.scale].fraction));
  const specs = tuningSeeds.flatMap((seed) =>
    arms.flatMap(({ id, grid }) =>
      grid.map(
        (configuration): NetworkSpec => ({
          part: "network",
          purpose: "tuned",
          arm: id,
          configuration,
          seed,
          judge: "tune",
          start: 1,
          epochs,
        }),
      ),
    ),
  );
  const results = yield* collect(host, specs);
  const rows: Row[] = [];
  const choices: Record<string, Row> = {};
  for (const { id, grid } of arms) {
    for (const { learningRate, weightDecay } of grid) {
      const accuracies = specs.flatMap(({ arm, configuration: c }, i) => {
        const result = results[i];
        const same = arm === id && c.learningRate === learningRate && c.weightDecay === weightDecay;
        return same && result.part === "network" ? [result.accuracy] : [];
      });
      const accuracy = accuracies.reduce((a, b) => a + b, 0) / accuracies.length;
      const row = { arm: id, learningRate, weightDecay, accuracy: Math.round(accuracy * 1e4) / 1e4 };
      rows.push(row);
      if (row.accuracy > Number(choices[id]?.accuracy ?? -1)) choices[id] = row;
    }
  }
  return { rows, choices };
}

async function* collect(host: LionHost, specs: readonly Spec[]): AsyncGenerator<Progress, Result[]> {
  const results: Result[] = new Array(specs.length);
  let done = 0;
  for await (const { index, result } of host.trials(specs)) {
    results[index] = result;
    done++;
    const spec = specs[index];
    const what = spec.part === "quadratic" ? spec.kernel : spec.arm;
    const found =
      result.part === "quadratic" ? `F - F* ${result.gap.toExponential(0)}` : result.accuracy.toFixed(3);
    yield { done, total: specs.length, message: `${what}, seed ${spec.seed}: ${found}` };
  }
  return results;
}

function choiceOf(arm: string): Configuration {
  const choices: Record<string, Configuration | undefined> = tuned.choices;
  const chosen = choices[arm];
  if (chosen === undefined) throw new RangeError(`tuned.json: expected a choice for ${arm}, got none`);
  const { learningRate, weightDecay } = chosen;
  return { learningRate, weightDecay };
}
