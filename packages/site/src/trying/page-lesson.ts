import { type Lesson, lessons, type Shown } from "@minimand/papers/lessons";

/** A lesson, as the page of its paper knows it before any of it is loaded; plain JSON. */
export type PageLesson = Lesson & { slug: string };

/** What is shown, figures as markup. */
export type Drawn = Omit<Shown, "figures"> & { figures: string[] };

/** Returns the lesson of a paper; null where it has none. */
export const lessonOf = (slug: string): PageLesson | null =>
  Object.hasOwn(lessons, slug) ? { slug, ...lessons[slug] } : null;
