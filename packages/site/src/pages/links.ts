import { existsSync, statSync } from "node:fs";
import { posix } from "node:path";
import { repositoryPath } from "./repository.ts";

/** Where links of a page of the repository lead on the site. */
export interface Linked {
  text: string;
  /** Files of the repository that are shown as source. */
  sources: string[];
  /** Those that are served as they are: pictures, data. */
  files: string[];
}

/**
 * Turns links between files of the repository into links between pages of the site. Code is left as it is.
 *
 * @param text of the page, in Markdown
 * @param file of the repository that it is in
 * @param pageOf page of a file, without an ending; undefined where the file has none
 * @throws Error for a link to nothing
 */
export function linkPages(text: string, file: string, pageOf: (file: string) => string | undefined): Linked {
  const sources: string[] = [];
  const files: string[] = [];
  const turned = outsideCode(text, (prose) =>
    prose
      .replaceAll(/(!?)\]\(([^)\s]+)\)/g, (whole, picture: string, target: string) => {
        if (/^[a-z]+:|^#/.test(target)) return whole;
        const [path, anchor] = target.split("#");
        const found = posix.join(posix.dirname(file), path);
        if (found.startsWith("..") || !existsSync(repositoryPath(found)))
          throw new Error(`${file}: the link '${target}' leads nowhere`);
        const tail = anchor === undefined ? "" : `#${anchor}`;
        const page = pageOf(found);
        if (page !== undefined) return `${picture}](/${page}.md${tail})`;
        if (!statSync(repositoryPath(found)).isFile())
          throw new Error(`${file}: the link '${target}' leads to a folder`);
        if (/\.(png|svg|jpe?g|webp|json|gz|safetensors|onnx)$/.test(found)) {
          files.push(found);
          return `${picture}](/${found})`;
        }
        sources.push(found);
        return `${picture}](/${sourcePage(found)}.md)`;
      })
      // What is a template to the site's pages is text in the repository's.
      .replaceAll("{{", "&#123;&#123;"),
  );
  return { text: turned, sources, files };
}

/** Returns the page that shows a file of the repository. The site would take a name that ends with `.md` for the page's own. */
export const sourcePage = (file: string): string => `source/${file.replace(/\.md$/, "-md")}`;

/** A text with its parts that are no code changed: fences and code within lines stay. */
function outsideCode(text: string, change: (prose: string) => string): string {
  const code = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[^\n]*$|(`+)(?!`)[\s\S]*?[^`]\2(?!`)/gm;
  let at = 0;
  let result = "";
  for (const found of text.matchAll(code)) {
    result += change(text.slice(at, found.index)) + found[0];
    at = found.index + found[0].length;
  }
  return result + change(text.slice(at));
}
