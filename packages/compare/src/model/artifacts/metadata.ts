import { givesNumbers } from "../../task.ts";
import { version } from "../../versions.ts";
import type { ModelDescription } from "../description.ts";

/** What a file says of the kind that it is of. */
export const onnxSchema = "minimand.model/1";

/** Returns the metadata that a file has about itself. */
export function metadataOf(description: ModelDescription): Record<string, string> {
  const { task, target, classes, candidate, dataset, encoder } = description;
  const columns = encoder.features.map((feature) => ({
    name: feature.name,
    kind: feature.kind,
    ...(feature.kind === "categorical" && { levels: feature.levels }),
    ...(feature.kind !== "text" && feature.date && { date: feature.date }),
  }));
  return {
    schema: onnxSchema,
    minimand: version,
    task,
    target,
    ...(givesNumbers(task) ? {} : { classes: JSON.stringify(classes) }),
    columns: JSON.stringify(columns),
    loss: candidate,
    ...(dataset === undefined ? {} : { dataset }),
    description: JSON.stringify(description),
  };
}
