import { readFileSync } from "node:fs";

/** A program of a guide. */
export interface GuideProgram {
  file: string;
  /** Where it starts, from 1. */
  line: number;
  code: string;
  /** What it is for, where that isn't Node: `page` or `worker`. */
  for?: string;
}

const guides = ["own-loss", "own-model", "training-loop", "bandits", "native", "browser"].map(
  (name) => `docs/${name}.md`,
);

/** The programs of the guides: of a page, its blocks one after the other, and each block that is marked as a page's or a worker's. */
export function guidePrograms(): GuideProgram[] {
  return guides.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    const blocks = [...text.matchAll(/```ts(?: (page|worker))?\n([\s\S]*?)```/g)].map(
      ({ 1: target, 2: code, index }) => ({
        file,
        line: text.slice(0, index).split("\n").length + 1,
        code: `${code}export {};\n`,
        for: target,
      }),
    );
    const inNode = blocks.filter((block) => block.for === undefined);
    const [first] = inNode;
    const whole = first && { ...first, code: inNode.map(({ code }) => code).join("\n") };
    return [...(whole === undefined ? [] : [whole]), ...blocks.filter((block) => block.for !== undefined)];
  });
}
