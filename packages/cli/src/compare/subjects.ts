import {
  checkCorruption,
  checkFolds,
  checkSplits,
  type Dataset,
  examine,
  givesNumbers,
  makeDataset,
  type Note,
  releaseTable,
  type Settings,
  shortName,
  type Table,
  testCopies,
  withTeacher,
  withTwinsTogether,
  withUnlabeled,
} from "@minimand/compare";
import { UsageError } from "../failure.ts";
import { type Input, readInput } from "../files/input.ts";
import { readInputTable } from "../files/read-input-table.ts";
import { tell } from "../printable.ts";
import { plural } from "../report/format.ts";
import { pairDataset } from "./pair-dataset.ts";
import { shareDataset } from "./share-dataset.ts";
import { readTeacher } from "./teacher.ts";

/** A data set to compare on, with the hashes that name its trials. */
export interface Subject {
  /** Short and different for each. */
  name: string;
  source: string;
  /** How many of the first notes of the data set are on how its file was read. */
  readingNotes: number;
  dataset: Dataset;
  testTable: Table | null;
  /** Rows of the test table that have a target. */
  testRows: number | null;
  sha256: string;
  testSha256: string | null;
  /** Of the teacher that distillation learns from. */
  teacherSha256: string | null;
  /** Of the file of unlabelled rows. */
  unlabeledSha256: string | null;
}

/** Reads data arguments one by one; refuses the same data twice. */
export async function readInputs(files: readonly string[]): Promise<Input[]> {
  const inputs: Input[] = [];
  for (const file of files) {
    if (file === "-" && inputs.some(({ source }) => source === "stdin"))
      throw new UsageError("-: expected stdin once, got it twice");
    const input = await readInput(file);
    const same = inputs.find(({ sha256 }) => sha256 === input.sha256);
    if (same !== undefined)
      throw new UsageError(`${input.source}: expected different data, got the same as ${same.source}`);
    inputs.push(input);
  }
  const names = distinct(inputs.map(({ name }) => name));
  return inputs.map((input, i) => ({ ...input, name: names[i] }));
}

/** Two files `a/train.csv` and `b/train.csv` are `train` and `train-2`. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let n = 2; taken.has(own); n++) own = `${name}-${n}`;
    taken.add(own);
    return own;
  });
}

/**
 * The data sets of the inputs. Everything that a trial could refuse is refused here, before anything is written.
 *
 * @throws DataError, UsageError, RangeError in one line
 */
export async function readSubjects(inputs: readonly Input[], settings: Settings): Promise<Subject[]> {
  if (settings.test !== null && inputs.length > 1)
    throw new UsageError("--test: expected one training file, got several");
  if (settings.test === "-" && inputs.some(({ source }) => source === "stdin"))
    throw new UsageError("--test: expected a file, as stdin is the training data");
  const test = settings.test === null ? null : await readInput(settings.test);
  const testTable = test === null ? null : await readInputTable(test, settings);
  const teacher = settings.distillFrom === null ? null : await readTeacher(settings.distillFrom);
  const unlabeled = await readUnlabeled(inputs, settings, test);
  const subjects: Subject[] = [];
  for (const input of inputs) {
    const { name, source, sha256 } = input;
    const table = await readInputTable(input, settings);
    const readAs = settings.task === "preference" ? pairsRead : rowsRead;
    const { dataset, notesOf } = await readAs(table, settings, { teacher, testTable, unlabeled });
    checkCorruption(dataset.task, settings.labelNoise, settings.imbalance);
    if (testTable === null) checkFolds(dataset, settings.folds);
    const { testRows, notes } = checkSplits(dataset, settings, testTable);
    subjects.push({
      name,
      source,
      readingNotes: table.notes.length,
      dataset: shareDataset({ ...dataset, notes: [...dataset.notes, ...notesOf(), ...notes] }),
      testTable,
      testRows,
      sha256,
      testSha256: test?.sha256 ?? null,
      teacherSha256: teacher?.sha256 ?? null,
      unlabeledSha256: unlabeled?.sha256 ?? null,
    });
  }
  const [first] = subjects;
  const other = subjects.find(({ dataset }) => dataset.task !== first.dataset.task);
  if (other !== undefined) {
    throw new UsageError(
      `${other.source}: expected the task ${first.dataset.task} of the first file, got ${other.dataset.task}: compare files of one task`,
    );
  }
  return subjects;
}

/** A data set, and what is said of it once it is known that it can be cut. */
interface Read {
  dataset: Dataset;
  notesOf(): Note[];
}

/** What other files say of a table. */
interface OtherFiles {
  teacher: Awaited<ReturnType<typeof readTeacher>> | null;
  testTable: Table | null;
  unlabeled: { table: Table } | null;
}

/** The pairs of a table, which is let go. */
async function pairsRead(table: Table, settings: Settings): Promise<Read> {
  const dataset = pairDataset(table, settings);
  releaseTable(table);
  return { dataset, notesOf: () => [] };
}

/** The rows of a table, which is let go. */
async function rowsRead(
  table: Table,
  settings: Settings,
  { teacher, testTable, unlabeled }: OtherFiles,
): Promise<Read> {
  const { target, types, missing, ignore, task, group, time, bagColumn, positive } = settings;
  const plain = makeDataset(table, {
    ...{ target, types, missing, ignore },
    ...(task === "auto" ? {} : { task }),
    ...(group === null ? {} : { group }),
    ...(time === null ? {} : { time }),
    ...(bagColumn === null ? {} : { bagColumn }),
    ...(positive === null ? {} : { positive }),
  });
  const taught =
    teacher === null
      ? plain
      : await withTeacher(plain, table, teacher.model, {
          place: teacher.place,
          testsElsewhere: testTable !== null,
        });
  const known = testTable === null ? [] : testCopies(plain, table, testTable);
  releaseTable(table);
  const whole = unlabeled === null ? taught : withUnlabeled(taught, unlabeled.table);
  const dataset = withTwinsTogether(whole, testTable === null ? settings.folds : null);
  return {
    dataset,
    notesOf: () => [
      ...(group === null ? [] : [groupNote(group, whole, dataset)]),
      ...examine(dataset, settings),
      ...known,
    ],
  };
}

/** What `--group` comes to. */
function groupNote(column: string, { groups }: Dataset, { groups: joined }: Dataset): Note {
  const sizesOf = (ids: Int32Array | null): number[] =>
    [...Map.groupBy(ids ?? [], (id) => id).values()].map((own) => own.length).sort((a, b) => a - b);
  const sizes = sizesOf(groups);
  const [least, most] = [sizes[0], sizes.at(-1)];
  const rows = least === most ? plural(least, "row") : `${least} to ${most} rows`;
  const left = sizesOf(joined).length;
  const joins = left < sizes.length ? `; copies of rows join them to ${left}` : "";
  const text = `${plural(sizes.length, "group")} of ${rows}, each in one fold${joins}`;
  return { level: "info", about: "settings", column, text };
}

/** The file of unlabelled rows. Rows that are tested on have no place in it, even without their labels. */
async function readUnlabeled(
  inputs: readonly Input[],
  settings: Settings,
  test: Input | null,
): Promise<{ table: Table; sha256: string } | null> {
  if (settings.unlabeled === null) return null;
  if (inputs.length > 1) throw new UsageError("--unlabeled: expected one training file, got several");
  if (settings.unlabeled === "-" && [...inputs, test].some((input) => input?.source === "stdin"))
    throw new UsageError("--unlabeled: expected a file, as stdin is the data");
  const input = await readInput(settings.unlabeled);
  const same = [...inputs, test].find((other) => other?.sha256 === input.sha256);
  if (same !== undefined && same !== null)
    throw new UsageError(`--unlabeled: expected other rows than those of ${same.source}, got the same`);
  return { table: await readInputTable(input, settings), sha256: input.sha256 };
}

/** How many notes on reading a file are shown, and on what was made of it; results and report have all. */
const [mostReading, mostNotes] = [3, 20];

/** What was understood, on stderr. */
export function describeSubjects(subjects: readonly Subject[], settings: Settings, candidates: number): void {
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
      ? `${settings.folds} folds${settings.time === null ? "" : " forward in time"}, ${plural(settings.seeds, "seed")} for the finalists`
      : `${plural(settings.seeds, "seed")} on ${settings.test}`;
  tell(
    `${plural(candidates, "candidate")}, ${splits}, ${plural(settings.configurations, "learning rate")} each`,
  );
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
