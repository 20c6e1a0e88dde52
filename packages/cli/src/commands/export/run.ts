import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../failure.ts";
import { modelFolders, noModel } from "../../models/find-models.ts";

/**
 * Refuses to write a kept model as ONNX, and names the file that compare has written.
 *
 * @throws UsageError always, in one line
 */
export async function refuseExport(folder: string): Promise<never> {
  const places = await modelFolders(folder);
  if (places.length === 0) throw noModel(folder);
  const lacking = places.find((place) => !existsSync(join(place, "model.onnx")));
  if (lacking !== undefined)
    throw new UsageError(
      `export: ${lacking} has no model.onnx: predict uses the folder, and the same compare command again writes the file, or says why it cannot`,
    );
  const files = places.map((place) => join(place, "model.onnx"));
  throw new UsageError(`export: compare has written the model as ONNX already: ${files.join(", ")}`);
}
