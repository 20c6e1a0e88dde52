import { parseSync } from "rolldown/utils";
import { openedBy } from "./generated.ts";

/** A number as it is compared, and its line, counted from 1. */
export interface NumberAt {
  number: string;
  line: number;
}

/**
 * A number by itself, with or without a unit, and each of `8x8`; never the digits of a name such as `float64`. A minus is a sign only
 * where no word is before it: not in `top-1` or `2-4`.
 */
const pattern =
  /(?:(?<![^\s(["'`=:|])[-−])?(?:(?<![\p{L}\p{N}_.])|(?<=\d[x×]))\.?\d+(?:,\d{3}(?!\d))*(?:\.\d+)*(?:e[-+−]?\d+)?/gu;

/** Finds the numbers of a text. `1,500` and `1500` are the same, and so are both signs for minus. */
export function numbersIn(text: string): NumberAt[] {
  let line = 1;
  let seen = 0;
  return [...text.matchAll(pattern)].map(({ 0: number, index }) => {
    line += text.slice(seen, index).split("\n").length - 1;
    seen = index;
    return { number: number.replaceAll(",", "").replaceAll("−", "-"), line };
  });
}

/** Returns what people read of a file, all else as spaces, so that lines stay where they are; null for files of other kinds. */
export function proseOf(path: string, text: string): string | null {
  if (path.endsWith(".md")) return proseOfPage(text);
  if (/(?<!\.d)\.ts$/.test(path)) return proseOfCode(path, text);
  if (path.endsWith(".vue")) return text.replaceAll(/<style[\s\S]*?<\/style>/g, blank);
  return null;
}

const blank = (text: string): string => text.replaceAll(/[^\n]/g, " ");

/** A page without its generated blocks, addresses of links, and the numbers of its lists. */
function proseOfPage(page: string): string {
  let generated: string | null = null;
  return page
    .split("\n")
    .map((line) => {
      if (generated === null) {
        generated = openedBy(line.trim(), page);
        return line.replace(/^\s*\d+[.)] /, blank).replaceAll(/\]\([^)\s]*\)/g, blank);
      }
      if (line.trim() === `<!-- /${generated} -->`) generated = null;
      return "";
    })
    .join("\n");
}

/** The comments and texts of a source. */
function proseOfCode(path: string, source: string): string {
  const { program, comments, errors } = parseSync(path, source);
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0].message}`);
  const ranges: [start: number, end: number][] = comments.map(({ start, end }) => [start, end]);
  JSON.stringify(program, (_, node) => {
    const isText = node?.type === "Literal" && typeof node.value === "string";
    if (isText || node?.type === "TemplateElement") ranges.push([node.start, node.end]);
    return typeof node === "bigint" ? null : node;
  });
  let [prose, from] = ["", 0];
  for (const [start, end] of ranges.toSorted(([a], [b]) => a - b)) {
    prose += blank(source.slice(from, start)) + source.slice(start, end);
    from = end;
  }
  return prose + blank(source.slice(from));
}
