import {
  type CandidateSummary,
  comparedText,
  givesNumbers,
  type Note,
  plural,
  type Settings,
  type Subject,
  shortName,
} from "@minimand/compare";
import { tell } from "../printable.ts";

/** How many notes on a file are shown; results and report have all. */
const mostNotes = 20;

/** What was understood, on stderr. */
export function describeSubjects(
  subjects: readonly Subject[],
  settings: Settings,
  candidates: readonly CandidateSummary[],
): void {
  for (const { name, dataset } of subjects) {
    const classes = givesNumbers(dataset.task) ? "" : `, ${dataset.classes.length} classes`;
    const what = dataset.task === "preference" ? "pairs" : "rows";
    tell(
      `${name}: ${dataset.rows} ${what}, ${plural(dataset.features.length, "input")}, ${dataset.task}${classes}`,
    );
    tellNotes(dataset.notes);
  }
  const splits =
    settings.test === null
      ? `${settings.folds} folds${settings.time === null ? "" : " forward in time"}, ${plural(settings.seeds, "seed")}${settings.seeds === 1 ? "" : " for the finalists"}`
      : `${plural(settings.seeds, "seed")} on ${settings.test}`;
  tell(`${comparedText(candidates)}; ${splits}, ${plural(settings.configurations, "learning rate")} each`);
}

/** The most severe notes, and how many more there are. */
function tellNotes(notes: readonly Note[]): void {
  for (const note of notes.slice(0, mostNotes)) tell(`  ${noteText(note)}`);
  const more = notes.length - mostNotes;
  if (more > 0) tell(`  and ${more} more, in results.json and report.html`);
}

/** A note as one line. */
export function noteText({ column, text }: Note): string {
  return column === undefined ? text : `${shortName(column)}: ${text}`;
}
