import { loaders, registry } from "../registry/lessons.ts";
import type { Lesson, Shown, Values } from "./lesson.ts";

export { type SmokeFlow, smokeFlow } from "../dcdm/lesson/smoke-flow.ts";
export type { Control, Frames, Lesson, Range, Shown, Values } from "./lesson.ts";

/** Papers with a parameter that is best understood by moving it, by their slugs. */
export const lessons: Readonly<Record<string, Lesson>> = registry;

/** What a lesson shows for its values, each loaded when it is asked for. */
export const shows: Readonly<Record<string, () => Promise<{ show: (values: Values) => Promise<Shown> }>>> =
  loaders;
