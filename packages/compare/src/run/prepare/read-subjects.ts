import { examine, testCopies, withTwinsTogether } from "../../data/checks/index.ts";
import { checkCorruption } from "../../data/corrupt.ts";
import type { Dataset } from "../../data/dataset.ts";
import { makeDataset } from "../../data/make-dataset.ts";
import { checkFolds } from "../../data/strata.ts";
import { withUnlabeled } from "../../data/unlabeled.ts";
import type { SavedModel } from "../../model/description.ts";
import { withTeacher } from "../../model/teacher.ts";
import { bySeverity } from "../../notes.ts";
import type { Subject } from "../../plan/prepared.ts";
import { plural } from "../../plural.ts";
import { releaseTable, type Table } from "../../read/table.ts";
import type { Note, Settings } from "../../results.ts";
import { checkSplits } from "../../train/fold.ts";
import { UsageError } from "../../usage-error.ts";
import { loadTeacher } from "./load-teacher.ts";
import { pairDataset } from "./pair-dataset.ts";
import type { TableOf } from "./read-table-of.ts";
import type { FileBytes, RequestedFile, RequestedFiles } from "./request.ts";
import { shareDataset } from "./share-dataset.ts";

/**
 * Returns the data sets of a comparison. Everything that a trial could refuse is refused here, before anything is written.
 *
 * @throws DataError, UsageError, RangeError in one line
 */
export async function readSubjects(
  { settings, inputs, test, teacher, unlabeled }: RequestedFiles & { settings: Settings },
  bytesOf: FileBytes,
  read: TableOf,
): Promise<Subject[]> {
  const tableOf = async ({ source, sha256 }: RequestedFile, names: string[] = []): Promise<Table> =>
    read({ source, bytes: await bytesOf(sha256) }, { ...settings, names });
  const labelled = settings.task === "preference" ? [] : [settings.target];
  const testTable = test && (await tableOf(test, labelled));
  const others: OtherFiles = {
    testTable,
    teacher: teacher && { place: teacher.place, model: await loadTeacher(teacher, bytesOf) },
    unlabeled: unlabeled && (await tableOf(unlabeled)),
  };
  const subjects: Subject[] = [];
  for (const input of inputs) {
    const { name, source, sha256 } = input;
    const table = await tableOf(input, labelled);
    const readAs = settings.task === "preference" ? pairsRead : rowsRead;
    const { dataset, notesOf } = await readAs(table, settings, others);
    checkCorruption(dataset.task, settings.labelNoise, settings.imbalance);
    if (testTable === null) checkFolds(dataset, settings.folds);
    const { testRows, notes } = checkSplits(dataset, settings, testTable);
    subjects.push({
      name,
      source,
      dataset: shareDataset({
        ...dataset,
        notes: bySeverity([...dataset.notes, ...notesOf(), ...notes]),
      }),
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
  teacher: { place: string; model: SavedModel } | null;
  testTable: Table | null;
  unlabeled: Table | null;
}

/** The pairs of a table, which is released. */
async function pairsRead(table: Table, settings: Settings): Promise<Read> {
  const dataset = pairDataset(table, settings);
  releaseTable(table);
  return { dataset, notesOf: () => [] };
}

/** The rows of a table, which is released. */
async function rowsRead(
  table: Table,
  settings: Settings,
  { teacher, testTable, unlabeled }: OtherFiles,
): Promise<Read> {
  const { target, types, missing, mergeLabels, ignore, task, group, time, bagColumn, positive } = settings;
  const plain = makeDataset(table, {
    target,
    types,
    missing,
    mergeLabels,
    ignore,
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
  const whole = unlabeled === null ? taught : withUnlabeled(taught, unlabeled);
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

/** A note on the groups that `--group` makes. */
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
