import { existsSync, readFileSync } from "node:fs";
import {
  cards,
  type Listing,
  type PaperCard,
  papers,
  ruleChangeText,
  shortTitle,
  verdictCounts,
  verdictMarks,
} from "@minimand/papers";
import type { Measured } from "./measured.ts";
import { markdownTable } from "./table.ts";

/** The folder of a paper. */
export const folderOf = (slug: string): string => `packages/papers/src/${slug}`;

/** Where results of a paper are committed: of the run that is its verdict, or of a larger one beside it. */
export const measuredFile = (slug: string, full = false): string =>
  `${folderOf(slug)}/measured${full ? "-full" : ""}.json`;

/** Where the whole report of that run is committed, compressed. */
export const reportFile = (slug: string, full = false): string =>
  `${folderOf(slug)}/report${full ? "-full" : ""}.json.gz`;

/** The committed results of a paper, or null where it isn't measured yet. */
export function measuredOf(slug: string, full = false): Measured | null {
  const file = measuredFile(slug, full);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Measured) : null;
}

/** Counts the papers by their verdicts, in one line. */
export const verdictLine = (): string => verdictCounts(cards.map(({ slug }) => measuredOf(slug)));

/** The table of the papers, in the README of their package: a line for each. */
export function papersTable(): string {
  const table = markdownTable(
    ["", "paper", "held", "not held", "time", "what you can use"],
    cards.map((card) => {
      const measured = measuredOf(card.slug);
      return [
        verdictMarks[measured?.verdict ?? "not measured"],
        `[\`${card.slug}\`](src/${card.slug}/README.md), [${shortTitle(card.title)}](https://arxiv.org/abs/${card.arxiv})`,
        ...(measured === null ? ["", ""] : heldOf(card.slug).map((text) => text ?? "")),
        measured === null ? "" : `${secondsOf(card.slug)} s`,
        usable(card),
      ];
    }),
  );
  return `${verdictLine()}\n\n${table}`;
}

/** What the command says of the committed runs: `packages/papers/src/outcomes.json`. */
export function outcomesFile(): string {
  const outcomes = cards.flatMap(({ slug }) => {
    const measured = measuredOf(slug);
    if (measured === null) return [];
    const { scale, seeds, verdict, because } = measured;
    const [held, notHeld] = heldOf(slug);
    return [[slug, { scale, seeds, verdict, because, held, notHeld, seconds: secondsOf(slug) }]];
  });
  return `${JSON.stringify(Object.fromEntries(outcomes), null, 2)}\n`;
}

function usable({ pieces }: PaperCard): string {
  const named = pieces.slice(0, 3).map((piece) => `\`${piece}\``);
  return `${named.join(", ")}${pieces.length > 3 ? `, ${pieces.length - 3} more` : ""}`;
}

/** The listing of a paper, which says something of its run: a measured paper must. */
function listingOf(slug: string): Listing & Required<Pick<Listing, "measured">> {
  const listing = papers.find(({ card }) => card.slug === slug)?.listing;
  if (listing?.measured === undefined)
    throw new Error(`${folderOf(slug)}/card.ts: nothing of the measured run`);
  return { ...listing, measured: listing.measured };
}

const secondsOf = (slug: string): number => listingOf(slug).measured.seconds;

/** What held and what did not. */
function heldOf(slug: string): [held: string | null, notHeld: string | null] {
  const { held, notHeld } = listingOf(slug);
  return [held, notHeld];
}

/** What the rule made of the numbers, in the words that the run wrote, and what made them. */
export function verdictText(slug: string): string {
  const measured = measuredOf(slug);
  if (measured === null) return "Not measured yet.";
  const { verdict, because, seeds, scale } = measured;
  const told = `**${verdict[0].toUpperCase()}${verdict.slice(1)}** (${scale === "default" ? "" : `scale ${scale}, `}${seeds} seeds). ${because}`;
  return `${told}\n\n${provenanceText(measured)}`;
}

function provenanceText({ created, code, engine, versions }: Measured): string {
  const threads = engine.threads === 1 ? "" : `, ${engine.threads} threads`;
  return `Run of ${created.slice(0, 10)}: code \`${code.slice(0, 12)}\`, ${engine.name} engine (${engine.version}${threads}), minimand ${versions.minimand}, ${versions.engine}, node ${versions.node}. [\`report.json.gz\`](report.json.gz) has every number, [\`measured.json\`](measured.json) those of the tables.`;
}

/** When a paper's rule was written and changed, a line each. */
export function ruleLogText(slug: string): string {
  const log = cards.find((card) => card.slug === slug)?.ruleLog ?? [];
  return log
    .map((change) => {
      const commit = change.commit === null ? "" : `, \`${change.commit}\``;
      return `- ${change.date}${commit}: ${ruleChangeText(change)}`;
    })
    .join("\n");
}
