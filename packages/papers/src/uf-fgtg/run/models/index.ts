export {
  type CheckpointName,
  checkpointFiles,
  checkpointPath,
  disposeFrozen,
  loadFrozen,
  worldModels,
} from "./frozen.ts";
export { pictureGenerator } from "./generate-pictures.ts";
export { latentSize } from "./latents.ts";
export { pictureJudge } from "./picture-judge.ts";
export { schedule } from "./schedule.ts";
export { promptTokenizer } from "./tokenizer.ts";
