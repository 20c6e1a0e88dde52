import { existsSync, readFileSync } from "node:fs";
import { cards, type PaperCard, ruleChangeText, shortTitle } from "@minimand/papers";
import { headlines } from "./headlines.ts";
import type { Measured } from "./measured.ts";
import { runSeconds } from "./run-seconds.ts";
import { markdownTable } from "./table.ts";
import { fillTemplate } from "./template.ts";

/** The folder of a paper. */
export const folderOf = (slug: string): string => `packages/papers/src/${slug}`;

/** Where results of a paper are committed: of the run that is its verdict, or of a larger one beside it. */
export const measuredFile = (slug: string, full = false): string =>
  `${folderOf(slug)}/measured${full ? "-full" : ""}.json`;

/** The committed results of a paper, or null where it isn't measured yet. */
export function measuredOf(slug: string, full = false): Measured | null {
  const file = measuredFile(slug, full);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Measured) : null;
}

/** A line of the README for each paper: which, what can be used, and what came out with one figure. */
export function papersTable(): string {
  return markdownTable(
    ["paper", "what you can use", "verdict of the default run"],
    cards.map((card) => [
      `[\`${card.slug}\`](${folderOf(card.slug)}/README.md), [${shortTitle(card.title)}](https://arxiv.org/abs/${card.arxiv})`,
      usable(card),
      outcomeOf(card.slug),
    ]),
  );
}

/** What the command says of the committed runs: `packages/papers/src/outcomes.json`. */
export function outcomesFile(): string {
  const outcomes = cards.flatMap(({ slug }) => {
    const measured = measuredOf(slug);
    if (measured === null) return [];
    if (!Object.hasOwn(runSeconds, slug))
      throw new Error(`scripts/docs/run-seconds.ts: no time of '${slug}'`);
    const { scale, seeds, verdict, because } = measured;
    const figure = headlineOf(slug, measured);
    return [[slug, { scale, seeds, verdict, because, figure, seconds: runSeconds[slug] }]];
  });
  return `${JSON.stringify(Object.fromEntries(outcomes), null, 2)}\n`;
}

function usable({ pieces }: PaperCard): string {
  const named = pieces.slice(0, 3).map((piece) => `\`${piece}\``);
  return `${named.join(", ")}${pieces.length > 3 ? `, ${pieces.length - 3} more` : ""}`;
}

function outcomeOf(slug: string): string {
  const measured = measuredOf(slug);
  return measured === null ? "not measured yet" : `${measured.verdict}: ${headlineOf(slug, measured)}`;
}

function headlineOf(slug: string, { rows }: Measured): string {
  if (!Object.hasOwn(headlines, slug)) throw new Error(`scripts/docs/headlines.ts: no figure of '${slug}'`);
  return headlines[slug]
    .map(({ row: wanted, text }) => {
      const found = rows.find((row) =>
        Object.entries(wanted).every(([column, value]) => row[column] === value),
      );
      if (found === undefined) throw new Error(`${slug}: no measured row has ${JSON.stringify(wanted)}`);
      return fillTemplate(text, found);
    })
    .join("; ");
}

/** What the rule made of the numbers, in the words that the run wrote. */
export function verdictText(measured: Measured | null): string {
  if (measured === null) return "Not measured yet.";
  const { verdict, because, seeds, scale } = measured;
  return `**${verdict[0].toUpperCase()}${verdict.slice(1)}** (${scale === "default" ? "" : `scale ${scale}, `}${seeds} seeds). ${because}`;
}

/** When a paper's rule was written and changed, a line each. */
export function ruleLogText(slug: string): string {
  const log = cards.find((card) => card.slug === slug)?.ruleLog ?? [];
  return log.map((change) => `- ${change.date}, \`${change.commit}\`: ${ruleChangeText(change)}`).join("\n");
}
