import { createHash } from "node:crypto";
import { join } from "node:path";
import { type RequestedTeacher, readSavedModel } from "@minimand/compare";
import { UsageError } from "../failure.ts";
import { readCurrent } from "../files/replace-together.ts";
import { noSums, onlyModel } from "../models/find-models.ts";
import { tell } from "../printable.ts";

/** A teacher with the bytes of its files. */
interface GatheredTeacher extends RequestedTeacher {
  files: (RequestedTeacher["files"][number] & { bytes: Uint8Array })[];
}

/**
 * The kept model of a folder as a teacher: its files, and a hash of all that its logits depend on. Where its files hold no sums, a
 * line says so.
 *
 * @throws UsageError, DataError where there is no model, more than one, or a damaged one
 */
export async function readTeacher(folder: string): Promise<GatheredTeacher> {
  const place = await onlyModel(folder);
  const files: GatheredTeacher["files"] = [];
  const { model, summed } = await readSavedModel(place, async (path) => {
    const bytes = await readCurrent(join(place, path));
    files.push({ path, sha256: createHash("sha256").update(bytes).digest("hex"), bytes });
    return bytes;
  });
  if (!summed) tell(noSums(place));
  const { description } = model;
  const { encoder, classes } = description;
  // Trees are refused where the teacher is asked.
  const network = "network" in description ? description.network : undefined;
  if (network?.own !== undefined)
    throw new UsageError(
      `--distill-from ${place}: expected a model of one of minimand's networks, got one of the own model '${network.own.id}'`,
    );
  const sha256 = createHash("sha256")
    .update(JSON.stringify({ encoder, network, classes }))
    .update(model.weights)
    .digest("hex");
  return { place, sha256, files };
}
