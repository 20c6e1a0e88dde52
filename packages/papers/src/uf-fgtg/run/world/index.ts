export { cfpMini, worldOf } from "./cfp-mini.ts";
export { idleModifiers, modes, modifiers, modifierWords } from "./modifiers.ts";
export { pictureSize, renderScene, side } from "./render.ts";
export { type Subject, sceneOfPrompt, subjectOfPrompt } from "./scene.ts";
export { colours, nouns, type Place, places, shapes } from "./subjects.ts";
