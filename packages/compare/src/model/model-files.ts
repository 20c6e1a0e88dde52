/* The names of the files that a kept model consists of, and the folders that they lie in. */

/** Returns the name of the file of a given width. */
export const quantisedFile = (bits: number): string => `model-${bits}bit.onnx`;

/** All files that a kept model can have. The description comes last: where it is, the model is whole. */
export const modelFileNames: readonly string[] = [
  "model.safetensors",
  "model.trees",
  "model.ensemble",
  "model.onnx",
  ...[2, 3, 4, 5, 6, 7, 8].map(quantisedFile),
  "model.json",
];

/** Returns the folders of the models in the output folder: `model/` for one data set, `model/NAME/` for several. */
export function modelFoldersOf(names: readonly string[]): string[] {
  return names.length === 1 ? ["model"] : names.map((name) => `model/${name}`);
}

/** Whether a path, with `/` or `\` between its parts, is one of a kept model's files in an output folder. */
export function isModelFile(path: string): boolean {
  const [folder, ...rest] = path.split(/[\\/]/);
  const file = rest.pop();
  const names = rest.length === 0 || (rest.length === 1 && !["", ".", ".."].includes(rest[0]));
  return folder === "model" && names && file !== undefined && modelFileNames.includes(file);
}
