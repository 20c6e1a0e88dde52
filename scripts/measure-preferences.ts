/*
 * Measures what docs/preferences.md shows, and writes docs/preferences.json: what is known of real ratings, what `minimand compare` says
 * of pairs as they are and with a fifth of the labels turned by chance, and how often planted flip rates are found again.
 *
 *     npx node --conditions=minimand-source scripts/measure-preferences.ts [FOLDER]   # then npm run docs
 *
 * FOLDER keeps what has been computed, so that the same command goes on.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PreferenceReport, Results } from "@minimand/compare";
import type { Row } from "@minimand/papers";
import { rateOfPairs, ratingFacts, ratingPairs, readRatings } from "../examples/rating-pairs.ts";
import { plantedFlips } from "./planted-flips.ts";

/** Pairs that the command is given, of some 230 sets of six entries, and losses: all would take hours. */
const compared = 3000;

const asked = "--task preference --model linear --losses bradley-terry,rdpo,noise-aware --seeds 1 --quiet";

const [folder = "minimand-preferences"] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const ratings = await readRatings();
const facts = ratingFacts(ratings);
const rows: Row[] = [
  ...facts.byDistance.map(({ from, to, share, contradictions }) => ({
    part: "distance",
    apart: `${from} to ${to}`,
    share,
    contradictions,
  })),
  { part: "distance", apart: "any", share: 1, contradictions: facts.contradictions },
  { part: "agreement", agreement: facts.agreement, rate: facts.rateOfAgreement },
  ...[0, 0.1, 0.2, 0.3].map((flips) => ({
    part: "turned",
    flips,
    ...rateOfPairs(ratingPairs(ratings, { flips })),
  })),
  ...kept("planted.json", () => plantedFlips(ratings)),
];
for (const flips of [0, 0.2]) {
  rows.push(...comparison(flips));
  writeFileSync("docs/preferences.json", `${JSON.stringify(rows, null, 2)}\n`);
}

/** What an earlier run of this left in the folder. */
function kept(name: string, measure: () => Row[]): Row[] {
  const file = join(folder, name);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const found = measure();
  writeFileSync(file, JSON.stringify(found));
  return found;
}

/** What the command finds, of pairs of which so many labels are turned. */
function comparison(flips: number): Row[] {
  const file = join(folder, `turned-${flips}.jsonl`);
  const pairs = ratingPairs(ratings, { flips }).slice(0, compared);
  const lines = pairs.map(({ chosen, rejected }) => JSON.stringify({ chosen, rejected }));
  writeFileSync(file, `${lines.join("\n")}\n`);
  const out = join(folder, `turned-${flips}`);
  const options = [...asked.split(" "), "--out", out];
  const { status } = spawnSync("npx", ["minimand", "compare", file, ...options], { stdio: "inherit" });
  if (status !== 0) throw new Error(`minimand compare: exit code ${status}`);
  const { datasets }: Results = JSON.parse(readFileSync(join(out, "results.json"), "utf8"));
  const [{ ranking, preference, metrics }] = datasets;
  const against = pairs.filter(({ all }) => all < 0).length / pairs.filter(({ all }) => all !== 0).length;
  return [
    {
      part: "rate",
      flips,
      contradictions: against,
      "flip rate": flipRateText(preference?.flipRate ?? null),
      accuracy: preference?.accuracy ?? null,
    },
    ...ranking.entries.map(({ candidate, verdict, mean, difference }) => ({
      part: "loss",
      flips,
      loss: candidate,
      verdict,
      "log loss": mean,
      difference: difference?.mean ?? null,
      accuracy: metrics[candidate]?.accuracy ?? null,
    })),
  ];
}

function flipRateText(rate: PreferenceReport["flipRate"]): string {
  if (rate === null) return "cannot be identified";
  const [epsilon, lower, upper] = [rate.epsilon, rate.lower, rate.upper].map((share) =>
    (100 * (share ?? Number.NaN)).toFixed(1),
  );
  return `${epsilon} % (${lower} to ${upper} %)`;
}
