import { styleText } from "node:util";
import type { Outcome, PaperCard } from "@minimand/papers";
import { shortTitle, verdictMarks } from "@minimand/papers/cards";
import { printable } from "../../printable.ts";
import { duration } from "../../run/progress.ts";
import { cutText, textWidth } from "../../terminal/text-width.ts";

/** Blanks between columns. */
const gap = "  ";

/** Titles are shown where they have room for this. */
const leastTitle = 24;

/** Of the room for both, what titles may take. */
const titleShare = 0.4;

/** A paper with what came of it; null where it isn't measured yet. */
export interface JudgedPaper {
  card: Pick<PaperCard, "slug" | "title">;
  outcome: Pick<Outcome, "verdict" | "seconds" | "figure"> | null;
}

/**
 * Papers as text, a line each: name, mark, time, title, and a figure of the run. Where there is no room a figure loses its last
 * parts, what it is compared with, and titles are cut or left out; the name tells which paper it is.
 *
 * @param width as `terminalWidth` tells; with Infinity everything is shown
 */
export function paperLines(papers: readonly JudgedPaper[], width: number): string {
  const texts = papers.map(({ card, outcome }) => ({
    name: printable(card.slug),
    mark: verdictMarks[outcome?.verdict ?? "not measured"],
    time: outcome === null ? "" : duration(1000 * outcome.seconds),
    title: printable(shortTitle(card.title)),
    parts: outcome === null ? [] : printable(outcome.figure).split("; "),
  }));
  const longest = (of: (text: (typeof texts)[number]) => string): number =>
    Math.max(...texts.map((text) => textWidth(of(text))));
  const [names, times] = [longest(({ name }) => name), longest(({ time }) => time)];
  const room = width - names - times - 1 - 3 * gap.length;
  const titles = Math.min(
    longest(({ title }) => title),
    Math.floor(titleShare * room),
  );
  const withTitles = titles >= leastTitle;
  const figures = withTitles ? room - titles - gap.length : room;
  return texts
    .map(({ name, mark, time, title, parts }) => {
      const cells = [
        styleText("bold", name) + padding(name, names),
        mark,
        padding(time, times) + time,
        ...(withTitles ? [padded(cutText(title, titles), titles)] : []),
        figureOf(parts, figures),
      ];
      return cells.join(gap).trimEnd();
    })
    .join("\n");
}

const padded = (text: string, width: number): string => text + padding(text, width);

const padding = (text: string, width: number): string => " ".repeat(Math.max(0, width - textWidth(text)));

/** As many of the first parts as there is room for; the first one is cut where it alone is too long. */
function figureOf(parts: readonly string[], width: number): string {
  let text = cutText(parts[0] ?? "", width);
  for (const part of parts.slice(1)) {
    const more = `${text}; ${part}`;
    if (textWidth(more) > width) break;
    text = more;
  }
  return text;
}
