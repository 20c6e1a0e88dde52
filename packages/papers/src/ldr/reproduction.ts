import { collect } from "../collect.ts";
import type { Host, Progress, Reproduction, ReproductionReport, Row } from "../reproduction.ts";
import { arms, type Configuration } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { materials, settings } from "./settings.ts";
import { type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

type LdrHost = Host<Spec, Result>;

/** How much is done at each scale. */
const scales = {
  quick: { seeds: 1, fraction: 0.1, losses: ["cross-entropy", "sce", "ldr-kl", "aldr-kl"], settings: 2 },
  default: { seeds: 5, fraction: 1, losses: arms.map(({ id }) => id), settings: settings.length },
  full: { seeds: 20, fraction: 1, losses: arms.map(({ id }) => id), settings: settings.length },
};

/** Tuning uses seeds that no measured run has. */
const tuningSeeds = [1001, 1002];

export const reproduction: Reproduction<Spec, Result> = { card, trial, run, tune };

async function* run(host: LdrHost): AsyncGenerator<Progress, ReproductionReport> {
  const scale = scales[host.scale];
  const seeds = Array.from({ length: host.seeds ?? scale.seeds }, (_, i) => i);
  const datasets: string[] = [];
  for (const dataset of yield* available(host)) {
    if (keyOf(dataset, settings[0].id, arms[0].id) in tuned.choices) datasets.push(dataset);
    else yield { done: 0, total: 0, message: `${dataset}: left out, it has no tuned choices` };
  }
  const specs = datasets.flatMap((dataset) =>
    settings.slice(0, scale.settings).flatMap((setting) =>
      scale.losses.flatMap((loss) => {
        const configuration = choiceOf(dataset, setting.id, loss);
        return seeds.map(
          (seed): Spec => ({
            dataset,
            setting: setting.id,
            loss,
            configuration,
            seed,
            judge: "test",
            fraction: scale.fraction,
          }),
        );
      }),
    ),
  );
  const results = yield* collect(host, specs, describe);
  return reportOf(specs, results);
}

async function* tune(host: LdrHost): AsyncGenerator<Progress, { rows: Row[]; choices: Record<string, Row> }> {
  const scale = scales[host.scale];
  const datasets = yield* available(host);
  const specs = datasets.flatMap((dataset) =>
    settings.slice(0, scale.settings).flatMap((setting) =>
      arms
        .filter(({ id }) => scale.losses.includes(id))
        .flatMap(({ id: loss, grid }) =>
          grid.flatMap((configuration) =>
            tuningSeeds.map(
              (seed): Spec => ({
                dataset,
                setting: setting.id,
                loss,
                configuration,
                seed,
                judge: "tune",
                fraction: scale.fraction,
              }),
            ),
          ),
        ),
    ),
  );
  const results = yield* collect(host, specs, describe);
  const totals = new Map<string, Tried>();
  specs.forEach(({ dataset, setting, loss, configuration }, i) => {
    const key = [dataset, setting, loss, ...Object.values(configuration)].join("/");
    const row = totals.get(key) ?? { dataset, setting, loss, ...configuration, accuracy: 0 };
    row.accuracy += results[i].accuracy / tuningSeeds.length;
    totals.set(key, row);
  });
  const rows = [...totals.values()].map((row) => ({
    ...row,
    accuracy: Math.round(row.accuracy * 1e4) / 1e4,
  }));
  const choices: Record<string, Row> = {};
  for (const row of rows) {
    const key = keyOf(row.dataset, row.setting, row.loss);
    if (choices[key] === undefined || row.accuracy > Number(choices[key].accuracy)) choices[key] = { ...row };
  }
  return { rows, choices };
}

/** A configuration with its mean accuracy on noisy held-out labels. */
type Tried = Configuration & { dataset: string; setting: string; loss: string; accuracy: number };

/** The data sets that the host has; a missing one is said and left out. */
async function* available(host: LdrHost): AsyncGenerator<Progress, string[]> {
  const names: string[] = [];
  for (const { name } of materials) {
    try {
      await host.dataset(name);
      names.push(name);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      yield { done: 0, total: 0, message: `${name}: left out, the data set is not here (${why})` };
    }
  }
  if (names.length === 0) throw new Error(`data: expected ${card.data.join(" or ")}, got neither`);
  return names;
}

const describe = ({ dataset, setting, loss }: Spec, { accuracy }: Result): string =>
  `${dataset}, ${setting}: ${loss} ${accuracy.toFixed(3)}`;

const keyOf = (dataset: string, setting: string, loss: string): string => `${dataset}/${setting}/${loss}`;

function choiceOf(dataset: string, setting: string, loss: string): Configuration {
  const choices: Record<string, Configuration | undefined> = tuned.choices;
  const chosen = choices[keyOf(dataset, setting, loss)];
  if (chosen === undefined)
    throw new RangeError(`tuned.json: expected a choice for ${keyOf(dataset, setting, loss)}, got none`);
  const { learningRate, parameter, weightDecay } = chosen;
  return { learningRate, parameter, weightDecay };
}
