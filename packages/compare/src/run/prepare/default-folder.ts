import type { Subject } from "../../plan/prepared.ts";

/** Returns the default output folder: `minimand-NAME`, `minimand-A-B-C`, `minimand-A-and-9-more`. */
export function defaultFolder(subjects: readonly Pick<Subject, "name">[]): string {
  const names = subjects.map(({ name }) => name);
  const joined = names.length <= 3 ? names.join("-") : `${names[0]}-and-${names.length - 1}-more`;
  return `minimand-${joined}`.slice(0, 80);
}
