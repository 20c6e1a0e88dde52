import { createHash } from "node:crypto";

/** Whether it is a page. */
export const isHtml = (type: string): boolean => type.startsWith("text/html");

/** Whether it may be the script of a worker. */
export const isScript = (type: string): boolean => type.startsWith("text/javascript");

/** What any answer may do that is no page of the site: nothing. */
export const nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Only the header of an answer may say who may show it in a frame. */
const noFrames = "frame-ancestors 'none'";

/**
 * What a page of the site may do: scripts of its own, and those that are written in it, each by its hash; WebAssembly; workers. Nothing from
 * elsewhere. Pages carry it themselves, so that it holds on any server. Frames may show what stands in their `srcdoc`, and nothing else.
 *
 * @param page its text
 */
export function pagePolicy(page: string): string {
  const hashes = new Set(inlineScripts(page).map((text) => `'${hashOf(text)}'`));
  return [
    "default-src 'none'",
    ["script-src 'self' 'wasm-unsafe-eval'", ...hashes].join(" "),
    // Attributes that frameworks and figures write.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join("; ");
}

/** The texts of the scripts that are written in a page; one pass, whatever the page holds. */
function inlineScripts(page: string): string[] {
  const texts: string[] = [];
  const begin = /<script\b/gi;
  const end = /<\/script/gi;
  for (let found = begin.exec(page); found !== null; found = begin.exec(page)) {
    const from = page.indexOf(">", begin.lastIndex) + 1;
    if (from === 0) break;
    end.lastIndex = from;
    const last = end.exec(page);
    if (last === null) break;
    if (!/\ssrc\s*=/i.test(page.slice(begin.lastIndex, from))) texts.push(page.slice(from, last.index));
    begin.lastIndex = end.lastIndex;
  }
  return texts;
}

/** The same as the header of a page says it. */
export const sitePolicy = (page: string): string => `${pagePolicy(page)}; ${noFrames}`;

/** What a script of the site may do where it is a worker, which its page has no say in. */
export const workerPolicy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; ${noFrames}`;

/** What a page of the server itself may do: its style sheet, and its form. */
export const ownPolicy = (style: string): string =>
  `default-src 'none'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;

const hashOf = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;
