// Puts files into a folder, all or none: FOLDER CONTENTS (JSON).
import { finishReplacement, replaceTogether } from "../../packages/cli/src/files/replace-together.ts";

const [folder, contents] = process.argv.slice(2);
await finishReplacement(folder);
await replaceTogether(folder, JSON.parse(contents));
