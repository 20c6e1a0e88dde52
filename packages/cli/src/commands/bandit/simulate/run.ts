import { rm } from "node:fs/promises";
import { join } from "node:path";
import { listed, plural, type Reading, shortNames } from "@minimand/compare";
import { checkNumber } from "minimand/engine";
import { noteText } from "../../../compare/subjects.ts";
import { UsageError } from "../../../failure.ts";
import { checkApart } from "../../../files/apart.ts";
import { bundledTarget, readInput } from "../../../files/input.ts";
import { holdOutputFolder } from "../../../files/output-folder.ts";
import { readInputTable } from "../../../files/read-input-table.ts";
import { replaceTogether } from "../../../files/replace-together.ts";
import { temporaryFor } from "../../../files/temporary.ts";
import { moveInto } from "../../../files/write-lines.ts";
import { checkWritable } from "../../../files/write-whole.ts";
import { printable, printableJson, tell } from "../../../printable.ts";
import { workersOf } from "../../../run/concurrency.ts";
import { interruptible } from "../../../run/interruptible.ts";
import { print } from "../../../terminal/print.ts";
import { terminalWidth } from "../../../terminal/terminal-width.ts";
import { wrapText } from "../../../terminal/text-width.ts";
import { versions } from "../../../version.ts";
import { rowTables } from "../../row-table.ts";
import { banditNamed, banditSettings } from "../bandit-choices.ts";
import type { SimulationFile } from "../bandit-files.ts";
import { playBandits } from "../bandit-plays.ts";
import { noiseText, simulationRows } from "../bandit-rows.ts";
import type { BanditSettings } from "../bandit-settings.ts";
import { banditTable } from "../bandit-table.ts";
import { renderSimulation } from "../report.ts";

/** Rounds of a simulation, each of which is kept. */
const mostRounds = 100_000_000;

/** What it writes into the folder of `--out`. */
const written = ["report.html", "results.json"];

/** What `minimand bandit simulate` was asked. */
export interface SimulateOptions extends BanditSettings, Reading {
  target?: string;
  algorithms: string[];
  rounds?: number;
  seeds: number;
  delay: number;
  workers?: number;
  types: Record<string, "numeric" | "categorical">;
  ignore: string[];
  missing: Record<string, string[]>;
  log?: string;
  out?: string;
  json: boolean;
}

/** Plays a table as a bandit, and writes results and report. */
export async function simulate(source: string, options: SimulateOptions): Promise<void> {
  const { algorithms, seeds, delay } = options;
  const names = [...new Set(algorithms)];
  const makers = names.map((name) => banditNamed("--algorithms", name));
  const workers = workersOf(options);
  checkNumber("--seeds", seeds, { min: 1, integer: true });
  checkNumber("--seeds", seeds, { max: 1000 });
  checkNumber("--delay", delay, { min: 0, integer: true });
  const input = await readInput(source);
  const target = options.target ?? bundledTarget(source);
  if (target === undefined) {
    const names = (await readInputTable(input, options)).columns.map(({ name }) => name);
    throw new UsageError(`--target: expected the column of the classes, one of ${listed(names)}, got none`);
  }
  const table = await banditTable(input, options, {
    target,
    types: options.types,
    ignore: options.ignore,
    missing: options.missing,
  });
  const { rounds = table.labels.length, out = `minimand-bandit-${input.name}` } = options;
  checkNumber("--rounds", rounds, { min: 2, integer: true });
  checkNumber("--rounds", rounds, { max: mostRounds });
  const settings = banditSettings(options);
  const arms = table.classes.length;
  // Refused before anything is written.
  for (const make of makers) make({ dim: table.features, arms, seed: 0 }, settings);
  if (options.log === "-") throw new UsageError("--log: expected the path of a file, got '-'");
  await checkApart(
    {
      "the table": source,
      ...Object.fromEntries([...written, ".minimand-lock"].map((name) => [join(out, name), join(out, name)])),
    },
    { "--log": options.log },
  );
  const schema = "minimand.bandit-simulation/1";
  const output = {
    out,
    run: { command: "bandit simulate", ...options, sha256: input.sha256, workers: 0, json: false, out: "" },
    files: written,
    schema,
  };
  const work = async (signal: AbortSignal): Promise<void> => {
    const log = options.log === undefined ? null : temporaryFor(options.log);
    const played = await playBandits({
      table,
      names,
      settings,
      seeds,
      rounds,
      delay,
      workers,
      log,
      signal,
    }).catch(async (error: unknown) => {
      if (log !== null) await rm(log, { force: true }).catch(() => {});
      throw error;
    });
    const short = shortNames([input.name, input.source, target, ...table.classes]);
    const file: SimulationFile = {
      schema,
      created: new Date().toISOString(),
      versions: versions(),
      name: short(input.name),
      source: short(input.source),
      sha256: input.sha256,
      target: short(target),
      rounds,
      seeds,
      delay,
      arms,
      inputs: table.features,
      classes: table.classes.map(short),
      settings,
      notes: table.notes.map(({ column, ...note }) => ({
        ...note,
        ...(column !== undefined && { column: short(column) }),
      })),
      mostFrequent: mostFrequentShare(table.labels, arms),
      bandits: played,
    };
    if (options.log !== undefined && log !== null) await moveInto(log, options.log);
    await replaceTogether(out, {
      "report.html": renderSimulation(file),
      "results.json": `${JSON.stringify(file, null, 1)}\n`,
    });
    print(options.json ? `${printableJson(file)}\n` : simulationText(file, terminalWidth()));
  };
  await holdOutputFolder(output, async () => {
    // Which may be in the folder.
    if (options.log !== undefined) await checkWritable(options.log);
    for (const note of table.notes) tell(noteText(note));
    tell(
      `${input.name}: ${rounds} rounds, ${arms} arms, ${table.features - 1} inputs and a constant, ${plural(seeds, "repeat")}`,
    );
    await interruptible(work, "begins anew");
  });
  tell(`${join(out, "report.html")} contains the figures, ${join(out, "results.json")} all numbers`);
}

/** The bandits as a table, and what can't be told of them. */
function simulationText(file: SimulationFile, width: number): string {
  const noise = noiseText(file);
  const lines = noise === null ? [] : wrapText(printable(noise), width);
  return `${[rowTables(simulationRows(file), width), ...lines].join("\n")}\n`;
}

function mostFrequentShare(labels: Int32Array, arms: number): number {
  const counts = new Float64Array(arms);
  for (const label of labels) counts[label]++;
  return Math.max(...counts) / labels.length;
}
