import { figure, html, type Markup, trusted } from "@minimand/compare/report";
import { outcomeOf, type PaperCard, type Row } from "@minimand/papers";
import { figures } from "@minimand/papers/figures";
import { everything, queryOf } from "../catalogue/choice.ts";
import type { Entry } from "../catalogue/entry.ts";
import { duration, plural, verdictMarks } from "../catalogue/words.ts";
import { asPart, figureWidth } from "../figures/as-part.ts";
import type { Reference } from "../reference/reference.ts";
import { runFacts } from "../running/run-facts.ts";
import { lessonOf } from "../trying/page-lesson.ts";
import { frontmatter } from "./frontmatter.ts";
import { onOneLine } from "./on-one-line.ts";

/**
 * Returns the page of a paper: what the catalogue says of it, its figures, and its README without its heading.
 *
 * @param readme with its links turned
 * @param rows measured; empty where nothing is measured
 * @param addressOf where the reference describes a piece of the library, below the site; null where it doesn't
 */
export function paperPage(
  entry: Entry,
  card: PaperCard,
  readme: string,
  rows: readonly Row[],
  addressOf: Reference["addressOf"],
): string {
  const [, authors, rest] = /^# .*\n+([\s\S]*?)\n\n([\s\S]*)$/.exec(readme) ?? [];
  if (rest === undefined) throw new Error(`${entry.slug}: expected a README with a heading and its authors`);
  const text = unbroken(rest.replaceAll(/^<!-- .* -->$\n?/gm, ""));
  // What a reader asks first comes first.
  const practice = /^## In practice\n.*?(?=^## |(?!.))/ms.exec(text)?.[0] ?? "";
  const told = text.replace(practice, "");
  // The rule comes before any number of a run.
  const judged = /^## .*?^## Rule.*?(?=^## |(?!.))/ms.exec(told)?.[0];
  if (judged === undefined) throw new Error(`${entry.slug}: expected a README with its claim and its rule`);
  const lesson = lessonOf(entry.slug);
  const fields = {
    title: entry.title,
    description: entry.use,
    pageClass: "paper",
    outline: [2, 2],
    prev: false,
    next: false,
    run: runFacts(card),
    ...(lesson !== null && { lesson }),
  };
  return [
    frontmatter(fields),
    `# ${entry.title}\n`,
    `${authors}\n`,
    onOneLine(head(entry, card, addressOf)),
    practice === "" ? "" : `\n${practice}`,
    rows.length === 0 ? "" : shown(entry.slug, rows),
    lesson === null ? "" : "## Try it\n\n<TryIt />\n",
    judged,
    "## Run it here\n\n<RunHere />\n",
    told.replace(judged, ""),
  ].join("\n");
}

/** Numbers stay on one line with their errors and units, and in tables with the numbers next to them. */
const unbroken = (text: string): string =>
  text
    .replaceAll(/(?<=[\d)]) (±|\+-) (?=\d)/g, "\u00a0$1\u00a0")
    .replaceAll(/(?<=\d) %/g, "\u00a0%")
    .replaceAll(/^\|.*$/gm, (line) => line.replaceAll(/(?<=[\d)%,/]) (?=[-+(/]|\d)/g, "\u00a0"))
    // A word joiner, but not where code may be copied.
    .replaceAll(/^\|[^`\n]*$/gm, (line) => line.replaceAll(/(?<=\de-)(?=\d)/g, "\u2060"));

function head(entry: Entry, card: PaperCard, addressOf: Reference["addressOf"]): Markup {
  const piece = (name: string): Markup => {
    const address = addressOf(name);
    const shown = html`<code>${name}</code>`;
    return address === null ? shown : html`<a href="../${address}">${shown}</a>`;
  };
  const outcome = outcomeOf(entry.slug);
  const mark = verdictMarks[entry.verdict];
  const found = [
    ["Held", entry.held],
    ["Not held", entry.notHeld],
  ].filter(([, text]) => text !== null);
  return html`<div class="paper-head" v-pre>
<p class="paper-use">${entry.use}</p>
<p class="paper-verdict ${mark.className}"><span class="chip"><b aria-hidden="true">${mark.glyph}</b> ${entry.verdict}</span>${found.map(([head, text]) => html`<span class="paper-found"><strong>${head}:</strong> ${text}</span>`)}</p>
<dl>
<div><dt>Topic</dt><dd><a href="./${queryOf({ ...everything, topics: [entry.topic] })}">${entry.topic}</a></dd></div>
<div><dt>Run</dt><dd>${outcome === null ? "not measured yet" : `${duration(outcome.seconds)}, ${plural(outcome.seeds, "seed")}`}</dd></div>
<div><dt>Data</dt><dd>${card.data.length === 0 ? "none: the run generates its own" : card.data.join(", ")}</dd></div>
<div class="pieces"><dt>Pieces of the library</dt><dd>${card.pieces.map((name, i) => html`${i === 0 ? null : ", "}${piece(name)}`)}</dd></div>
</dl>
</div>`;
}

function shown(slug: string, rows: readonly Row[]): string {
  if (!Object.hasOwn(figures, slug)) throw new Error(`${slug}: a measured paper has a figure.ts`);
  const drawn = figures[slug](rows).map(({ caption, draw }) => {
    const markup = figure(draw, null, figureWidth);
    if (markup === null) throw new Error(`${slug}: nothing was drawn for '${caption}'`);
    return html`<div class="paper-figure" v-pre>${trusted(asPart(markup.markup))}<p>${caption}</p></div>`;
  });
  return `\n## At a glance\n\n${drawn.map(onOneLine).join("\n\n")}\n`;
}
