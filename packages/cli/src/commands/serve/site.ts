import { constants } from "node:fs";
// biome-ignore lint/style/noRestrictedImports: what was opened is checked
import { type FileHandle, open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { Readable } from "node:stream";
import type { Context } from "hono";
import { getMimeType } from "hono/utils/mime";
import { isHtml, isScript, sitePolicy, workerPolicy } from "./policies.ts";

/** Files whose names have the hash of what is in them. */
const hashed = /^\/assets\/(?:.*\/)?[^/]+\.[\w-]{8,}\.\w+$/;

/**
 * Answers with files of a folder: `index.html` for a folder, a redirect where `.html` was left out, the site's own `404.html` for
 * everything else. Files outside of the folder and behind names that begin with a dot are not served, however they are linked.
 *
 * @param root the folder
 * @param base what all paths begin with, as `/minimand`; a proxy may have taken it away already
 */
export function siteHandler(root: string, base: string): (c: Context) => Promise<Response> {
  return async (c) => {
    const path = pathOf(c.req.path, base);
    const found = path === null ? null : await findFile(root, path);
    // Relative: whoever stands between knows the path by another name.
    const elsewhere = (end: string): Response => {
      const { search } = new URL(c.req.url);
      return c.body(null, 308, { Location: `./${c.req.path.split("/").at(-1)}${end}${search}` });
    };
    if (found === "folder") return elsewhere("/");
    if (found !== null && path !== null) return answer(c, found, 200, path);
    const named = path === null || path.endsWith("/") ? null : await findFile(root, `${path}.html`);
    if (named !== null && named !== "folder") {
      await named.file.close();
      return elsewhere(".html");
    }
    const missing = await findFile(root, "/404.html");
    return missing === null || missing === "folder"
      ? c.text("Page not found.\n", 404)
      : answer(c, missing, 404, "/404.html");
  };
}

/** The path of a file as it is in the folder; null for one that can't be there. */
export function pathOf(asked: string, base: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(asked);
  } catch {
    return null;
  }
  if (base !== "" && (path === base || path.startsWith(`${base}/`))) path = path.slice(base.length) || "/";
  // Names with a colon are streams and drives on Windows.
  const strange = path.split("/").some((name) => name.startsWith(".") || /[\\:\p{Cc}]/u.test(name));
  return strange ? null : path;
}

interface Found {
  file: FileHandle;
  size: number;
  modified: number;
  name: string;
}

/** A pipe would keep who opens it until somebody writes; Windows has neither flag. */
const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Bytes of a page that is read for the hashes of its scripts; none of those that are written in a larger one runs. */
const largestPage = 32e6;

/** Opens the regular file of a path; "folder" where a slash is missing at the end. */
async function findFile(root: string, path: string): Promise<Found | "folder" | null> {
  const name = path.endsWith("/") ? `${path}index.html` : path;
  let file: FileHandle | undefined;
  try {
    const inside = await realpath(root);
    const real = await realpath(join(inside, name));
    // Links inside may lead to hidden files, too.
    if (!real.startsWith(`${inside}${sep}`) || real.slice(inside.length).includes(`${sep}.`)) return null;
    file = await open(real, readOnly);
    const stat = await file.stat();
    if (stat.isFile()) return { file, size: stat.size, modified: stat.mtimeMs, name };
    await file.close();
    return stat.isDirectory() && !path.endsWith("/") ? "folder" : null;
  } catch {
    await file?.close();
    return null;
  }
}

async function answer(c: Context, found: Found, status: 200 | 404, path: string): Promise<Response> {
  const { file, size, modified, name } = found;
  let open = true;
  try {
    const etag = `"${size.toString(36)}-${Math.floor(modified * 1000).toString(36)}"`;
    const type = getMimeType(name) ?? "application/octet-stream";
    c.header("Content-Type", type);
    c.header("ETag", etag);
    c.header("Cache-Control", hashed.test(path) ? "public, max-age=31536000, immutable" : "no-cache");
    const page = isHtml(type) && size <= largestPage ? await file.readFile() : null;
    // With "unchanged", too, whose headers replace those that the reader has.
    if (isHtml(type)) c.header("Content-Security-Policy", sitePolicy(page?.toString() ?? ""));
    if (isScript(type)) c.header("Content-Security-Policy", workerPolicy);
    const known = c.req
      .header("if-none-match")
      ?.split(",")
      .map((tag) => tag.trim().replace(/^W\//, ""));
    if (status === 200 && known?.some((tag) => tag === etag || tag === "*")) return c.body(null, 304);
    c.header("Content-Length", String(page?.length ?? size));
    if (c.req.method === "HEAD") return c.body(null, status);
    if (page !== null) return c.body(new Uint8Array(page), status);
    if (size === 0) return c.body(new Uint8Array(0), status);
    // The stream closes the file, however it ends.
    open = false;
    // No more than was announced: a file that grows would run into the next answer of the connection.
    const bytes = Readable.toWeb(file.createReadStream({ end: size - 1 })) as ReadableStream<Uint8Array>;
    return c.body(bytes, status);
  } finally {
    if (open) await file.close();
  }
}
