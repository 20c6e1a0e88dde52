/*
 * Whether the decision of `minimand compare` keeps its chance of a false finding, and what it finds, with networks on real tables:
 * the whole plan (folds, inner splits, chosen epochs, finalists, six seeds), again and again on other rows, with candidates that
 * differ by chance only, or one that is better by a planted gain. The rule stands in decision/rule.ts.
 *
 *   npx node --conditions=minimand-source bench/decision.ts run SETTING FOLDER [replications]   appends to FOLDER/SETTING.jsonl
 *   npx node --conditions=minimand-source bench/decision.ts report FOLDER                       writes its section of RESULTS.md
 *   npx node --conditions=minimand-source bench/decision.ts --quick                             two tiny replications of each setting,
 *                                                                                 and whether stacked networks train as others do
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import { type Compile, derive } from "minimand/engine";
import { startEngine } from "minimand/start";
import { distance } from "./decision/alike.ts";
import { draw, tablesOf } from "./decision/draw.ts";
import { withMembers } from "./decision/members.ts";
import { type Outcome, replicate } from "./decision/replicate.ts";
import { earlierRows, rowsOf } from "./decision/rows.ts";
import { rule } from "./decision/rule.ts";
import { type Setting, settings } from "./decision/settings.ts";
import { makeStackedTrainer } from "./decision/stacked-trainer.ts";
import { teach } from "./decision/teach.ts";
import { makeTrainer } from "./decision/trainer.ts";
import { readSections, replaceSection, tableOf } from "./results.ts";

/** Of the replications that count. */
const seed = 20261203;

interface Limits {
  replications: number;
  maxEpochs: number;
  count: number;
  seed: number;
}

/** The native compiler, where there is one. */
const compiler = (): Promise<Compile | undefined> =>
  nativeCompiler().catch((error: unknown) => {
    if (!(error instanceof NativeUnavailableError)) throw error;
    return undefined;
  });

/** Replications that aren't done, one after the other. */
async function* simulate(
  setting: Setting,
  done: ReadonlySet<number>,
  limits: Limits,
): AsyncGenerator<Outcome> {
  const compile = await compiler();
  const make = setting.candidates === "losses" ? makeTrainer : makeStackedTrainer;
  const trainer = withMembers(make(setting, Math.min(limits.maxEpochs, setting.maxEpochs), compile));
  const tables = await tablesOf(setting);
  const teachers = new Map<number, Float64Array>();
  for (let replication = 0; replication < limits.replications; replication++) {
    if (done.has(replication)) continue;
    const started = performance.now();
    const which = replication % tables.length;
    if (typeof setting.labels === "object" && !teachers.has(which))
      teachers.set(which, await teach(tables[which].dataset, compile));
    const root = derive(limits.seed, settings.indexOf(setting), replication);
    const drawn = await draw(tables[which], setting, root, teachers.get(which) ?? null);
    const outcome = await replicate(drawn, setting, trainer, root, limits);
    const seconds = Number(((performance.now() - started) / 1000).toFixed(2));
    yield { replication, table: setting.tables[which], seconds, ...outcome };
  }
}

/** Outcomes of a file; a line that was cut off at the end is taken away. */
function outcomesOf(file: string): Outcome[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole !== text) writeFileSync(file, whole);
  return whole
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Outcome);
}

const settingOf = (id: string): Setting => {
  const found = settings.find((setting) => setting.id === id);
  if (found !== undefined) return found;
  throw new RangeError(`setting: expected one of ${settings.map((one) => one.id).join(", ")}, got ${id}`);
};

/** Networks side by side have to reach what the learner of the comparison reaches. */
async function checkStacks(setting: Setting): Promise<void> {
  const compile = await compiler();
  const [one, stacked] = [makeTrainer, makeStackedTrainer].map((make) =>
    withMembers(make(setting, setting.maxEpochs, compile)),
  );
  for (const [i, table] of (await tablesOf(setting)).entries()) {
    const apart = await distance(one, stacked, await draw(table, setting, 1, null));
    console.log(`${setting.tables[i]}: stacked networks ${apart.toFixed(1)} standard errors apart`);
    if (!(apart < 4)) process.exitCode = 1;
  }
}

const [command, ...rest] = process.argv.slice(2);
if (command === "run") {
  const [id, folder, replications = rule.replications, own = seed] = rest;
  const file = join(folder, `${id}.jsonl`);
  mkdirSync(folder, { recursive: true });
  const done = new Set(outcomesOf(file).map(({ replication }) => replication));
  await startEngine();
  const none = Number.POSITIVE_INFINITY;
  const limits = { replications: Number(replications), maxEpochs: none, count: none, seed: Number(own) };
  for await (const outcome of simulate(settingOf(id), done, limits))
    appendFileSync(file, `${JSON.stringify(outcome)}\n`);
} else if (command === "report") {
  const [folder] = rest;
  const title = "Decisions, simulated";
  const earlier = readSections().find((section) => section.title === title)?.rows ?? [];
  // Outcomes that were measured elsewhere, with the same network, stay as they were.
  const rows = settings.flatMap((setting) => {
    const own = rowsOf(setting, outcomesOf(join(folder, `${setting.id}.jsonl`)));
    return own.length > 0 ? own : earlierRows(setting, earlier);
  });
  replaceSection({
    title,
    command: "node bench/decision.ts run SETTING FOLDER",
    rows,
  });
  console.log(tableOf(rows));
  process.exitCode = rows.every(([, , , met]) => met) ? 0 : 1;
} else if (command === "--quick") {
  await startEngine();
  for (const setting of settings) {
    const outcomes: Outcome[] = [];
    const limits = { replications: 2, maxEpochs: 2, count: 4, seed: 1 };
    for await (const outcome of simulate(setting, new Set(), limits)) outcomes.push(outcome);
    console.log(tableOf(rowsOf(setting, outcomes)));
  }
  for (const id of ["disguised", "regression"]) await checkStacks(settingOf(id));
} else {
  console.error("decision: expected run SETTING FOLDER [replications], report FOLDER or --quick");
  process.exitCode = 2;
}
