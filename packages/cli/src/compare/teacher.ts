import { createHash } from "node:crypto";
import type { SavedModel } from "@minimand/compare";
import { startEngine } from "minimand/start";
import { UsageError } from "../failure.ts";
import { onlyModel, readModel } from "../models/find-models.ts";

/**
 * The kept model of a folder as a teacher, with a hash of all that its logits depend on, and the engine that computes
 * them started.
 *
 * @throws UsageError, DataError where there is no model, more than one, or a damaged one
 */
export async function readTeacher(
  folder: string,
): Promise<{ model: SavedModel; place: string; sha256: string }> {
  const place = await onlyModel(folder);
  const model = await readModel(place);
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
  await startEngine();
  return { model, place, sha256 };
}
