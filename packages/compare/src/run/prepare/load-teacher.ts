import { startEngine } from "minimand/start";
import type { SavedModel } from "../../model/description.ts";
import { readSavedModel } from "../../model/read-saved-model.ts";
import type { FileBytes, RequestedTeacher } from "./request.ts";

/** Returns the model of a teacher, with the engine that computes its logits started. */
export async function loadTeacher(
  { place, files }: RequestedTeacher,
  bytesOf: FileBytes,
): Promise<SavedModel> {
  const { model } = await readSavedModel(place, (name) => {
    const file = files.find(({ path }) => path === name);
    if (file === undefined)
      throw new RangeError(`${place}: expected the file ${name} among those of the teacher, got none`);
    return bytesOf(file.sha256);
  });
  await startEngine();
  return model;
}
