import { join } from "node:path";
import { namesAmong, shortName, shortNames } from "@minimand/compare";
import { parseBanditLog } from "@minimand/lab/online";
import { UsageError } from "../../../failure.ts";
import { readInput } from "../../../files/input.ts";
import { holdOutputFolder } from "../../../files/output-folder.ts";
import { replaceTogether } from "../../../files/replace-together.ts";
import { printableJson, tell } from "../../../printable.ts";
import { progressLine } from "../../../run/progress.ts";
import { print } from "../../../terminal/print.ts";
import { terminalWidth } from "../../../terminal/terminal-width.ts";
import { versions } from "../../../version.ts";
import { rowTables } from "../../row-table.ts";
import { banditSettings } from "../bandit-choices.ts";
import type { EvaluationFile } from "../bandit-files.ts";
import { armPolicies, evaluatePolicies, loggedValue, type Rewarded } from "../bandit-policies.ts";
import { doubts, evaluationRows } from "../bandit-rows.ts";
import type { BanditSettings } from "../bandit-settings.ts";
import { renderEvaluation } from "../report.ts";

/** What `minimand bandit evaluate` was asked. */
export interface EvaluateOptions extends BanditSettings {
  policy: string[];
  clip: number;
  seed: number;
  out?: string;
  json: boolean;
}

/** Estimates from a log what policies would have earned, and writes a report. */
export async function evaluate(source: string, options: EvaluateOptions): Promise<void> {
  const { clip, seed } = options;
  const input = await readInput(source);
  const records = parseLog(input.source, new TextDecoder().decode(input.bytes));
  const rewarded = records.filter((record): record is Rewarded => record.reward !== undefined);
  if (rewarded.length === 0)
    throw new UsageError(`${input.source}: expected decisions with rewards, got none`);
  if (!(clip > 0)) throw new RangeError(`--clip: expected a number > 0, got ${clip}`);
  const settings = banditSettings(options);
  const out = options.out ?? `minimand-evaluate-${input.name}`;
  const asked = options.policy.length === 0 ? ["uniform", "greedy"] : options.policy;
  const policies = [...new Set(namesAmong("--policy", asked, armPolicies(rewarded)))];
  const short = shortNames(policies);
  // Regressions are long stretches of work, which only a signal that nobody handles can end.
  const line = progressLine(process.stderr);
  line.update(0, policies.length, "policies");
  const evaluations: EvaluationFile["evaluations"] = [];
  try {
    for await (const found of evaluatePolicies(rewarded, policies, { clip, seed, settings })) {
      evaluations.push({ ...found, policy: short(found.policy) });
      line.update(evaluations.length, policies.length, `policies: ${short(found.policy)}`);
    }
  } finally {
    line.clear();
  }
  const file: EvaluationFile = {
    schema: "minimand.bandit-evaluation/1",
    created: new Date().toISOString(),
    versions: versions(),
    source: shortName(input.source),
    sha256: input.sha256,
    clip,
    seed,
    settings,
    decisions: records.length,
    rewarded: rewarded.length,
    binary: rewarded.every(({ reward }) => reward === 0 || reward === 1),
    certain: rewarded.filter(({ propensity }) => propensity === 1).length,
    logged: loggedValue(rewarded),
    evaluations,
  };
  const output = {
    out,
    run: { command: "bandit evaluate", ...options, sha256: input.sha256, json: false, out: "" },
    files: ["report.html", "results.json"],
    schema: file.schema,
  };
  await holdOutputFolder(output, () =>
    replaceTogether(out, {
      "report.html": renderEvaluation(file),
      "results.json": `${JSON.stringify(file, null, 1)}\n`,
    }),
  );
  print(
    options.json ? `${printableJson(file)}\n` : `${rowTables(evaluationRows(file), terminalWidth(), 6)}\n`,
  );
  for (const text of doubts(file)) tell(text);
  tell(`${join(out, "report.html")} contains the figures, ${join(out, "results.json")} all numbers`);
}

/** Refusals name the file too. */
function parseLog(name: string, text: string): ReturnType<typeof parseBanditLog> {
  try {
    return parseBanditLog(text);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError)
      throw new UsageError(`${name}, ${error.message}`);
    throw error;
  }
}
