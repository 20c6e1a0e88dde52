import {
  distinctNames,
  type FileBytes,
  type RequestedFile,
  type RequestedFiles,
  type Settings,
} from "@minimand/compare";
import { UsageError } from "../failure.ts";
import { type Input, readInput } from "../files/input.ts";
import { readTeacher } from "./teacher.ts";

/** The bytes of files by their SHA-256: one entry each time that a comparison has the same bytes. */
export type GatheredBytes = Map<string, Uint8Array[]>;

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
  const names = distinctNames(inputs.map(({ name }) => name));
  return inputs.map((input, i) => ({ ...input, name: names[i] }));
}

/**
 * Reads the other files of a comparison, in addition to its data sets, without parsing them.
 *
 * @param inputs as {@link readInputs} gives them
 * @throws UsageError in one line for files that don't go together; UsageError, DataError for a teacher that is none
 */
export async function gatherFiles(
  inputs: readonly Input[],
  settings: Settings,
): Promise<{ files: RequestedFiles; bytes: GatheredBytes }> {
  const bytes: GatheredBytes = new Map();
  const add = (sha256: string, own: Uint8Array): void =>
    void bytes.set(sha256, [...(bytes.get(sha256) ?? []), own]);
  const requested = ({ name, source, sha256, bytes: own }: Input): RequestedFile => {
    add(sha256, own);
    return { name, source, sha256 };
  };
  const test = await readTest(inputs, settings);
  const teacher = settings.distillFrom === null ? null : await readTeacher(settings.distillFrom);
  const unlabeled = await readUnlabeled(inputs, settings, test);
  for (const file of teacher?.files ?? []) add(file.sha256, file.bytes);
  const files: RequestedFiles = {
    inputs: inputs.map(requested),
    test: test && requested(test),
    unlabeled: unlabeled && requested(unlabeled),
    teacher: teacher && { ...teacher, files: teacher.files.map(({ path, sha256 }) => ({ path, sha256 })) },
  };
  return { files, bytes };
}

/** Hands out copies: what is read is used up. */
export function copiesOf(bytes: GatheredBytes): FileBytes {
  return async (sha256) => Uint8Array.from(bytes.get(sha256)![0]);
}

/** Hands out each entry once, and forgets it. */
export function handOut(bytes: GatheredBytes): FileBytes {
  return async (sha256) => {
    const found = bytes.get(sha256)?.shift();
    if (found === undefined) throw new Error(`expected the bytes of ${sha256}, got none that are left`);
    return found;
  };
}

async function readTest(inputs: readonly Input[], { test }: Settings): Promise<Input | null> {
  if (test === null) return null;
  if (inputs.length > 1) throw new UsageError("--test: expected one training file, got several");
  if (test === "-" && inputs.some(({ source }) => source === "stdin"))
    throw new UsageError("--test: expected a file, as stdin is the training data");
  return readInput(test);
}

/** The file of unlabelled rows. Rows that are tested on have no place in it, even without their labels. */
async function readUnlabeled(
  inputs: readonly Input[],
  { unlabeled }: Settings,
  test: Input | null,
): Promise<Input | null> {
  if (unlabeled === null) return null;
  if (inputs.length > 1) throw new UsageError("--unlabeled: expected one training file, got several");
  if (unlabeled === "-" && [...inputs, test].some((input) => input?.source === "stdin"))
    throw new UsageError("--unlabeled: expected a file, as stdin is the data");
  const input = await readInput(unlabeled);
  const same = [...inputs, test].find((other) => other?.sha256 === input.sha256);
  if (same !== undefined && same !== null)
    throw new UsageError(`--unlabeled: expected other rows than those of ${same.source}, got the same`);
  return input;
}
