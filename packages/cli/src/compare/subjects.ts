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

/** How many notes on reading a file are shown, and on what was made of it; results and report have all. */
const [mostReading, mostNotes] = [3, 20];

/** What was understood, on stderr. */
export function describeSubjects(
  subjects: readonly Subject[],
  settings: Settings,
  candidates: readonly CandidateSummary[],
): void {
  for (const { name, dataset, readingNotes } of subjects) {
    const classes = givesNumbers(dataset.task) ? "" : `, ${dataset.classes.length} classes`;
    const what = dataset.task === "preference" ? "pairs" : "rows";
    tell(
      `${name}: ${dataset.rows} ${what}, ${plural(dataset.features.length, "input")}, ${dataset.task}${classes}`,
    );
    const active = dataset.notes.filter(({ about }) => about === "settings");
    tellNotes(active, mostNotes);
    tellNotes(dataset.notes.slice(0, readingNotes), mostReading);
    tellNotes(
      dataset.notes.slice(readingNotes).filter((note) => !active.includes(note)),
      mostNotes,
    );
  }
  const splits =
    settings.test === null
      ? `${settings.folds} folds${settings.time === null ? "" : " forward in time"}, ${plural(settings.seeds, "seed")}${settings.seeds === 1 ? "" : " for the finalists"}`
      : `${plural(settings.seeds, "seed")} on ${settings.test}`;
  tell(`${comparedText(candidates)}; ${splits}, ${plural(settings.configurations, "learning rate")} each`);
}

/** So many notes, warnings before the others, and how many more there are. */
function tellNotes(notes: readonly Note[], most: number): void {
  const warnings = notes.filter(({ level }) => level === "warning");
  const shown = notes.length <= most ? notes : [...warnings, ...notes.filter((n) => n.level === "info")];
  for (const note of shown.slice(0, most)) tell(`  ${noteText(note)}`);
  if (notes.length > most) tell(`  and ${notes.length - most} more, in results.json and report.html`);
}

/** A note as one line. */
export function noteText({ column, text }: Note): string {
  return column === undefined ? text : `${shortName(column)}: ${text}`;
}
