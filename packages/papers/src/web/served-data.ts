import { sha256Of } from "@minimand/compare";
import type { DataSource, FindData } from "../host/papers-data.ts";
import type { TrialHost } from "../reproduction.ts";

/**
 * Files of data that a server has in a folder, fetched once each. Some servers send `.gz` files as what is in them, under a content
 * encoding; such a file is packed again, so that whoever reads it finds what the name says.
 *
 * @param folder its address, with a slash at the end
 * @param sums names of all files there with their SHA-256; without, the server is asked for each name
 * @returns for `papersData`; rejects where the server answers neither with a file nor that there is none, or with another file
 *
 * @example
 * const data = papersData(servedData("/data/"), card.data, "on the server, got no such file");
 */
export function servedData(folder: string, sums?: Readonly<Record<string, string>>): FindData<DataSource> {
  const known = new Map<string, Promise<Uint8Array | null>>();
  const fetched = (name: string): Promise<Uint8Array | null> => {
    const own =
      known.get(name) ?? fileAt(`${folder}${name}`).then((bytes) => asNamed(name, bytes, sums?.[name]));
    known.set(name, own);
    return own;
  };
  return async (names) => {
    for (const name of names) {
      if (sums !== undefined) {
        if (!Object.hasOwn(sums, name)) continue;
        const bytes = async (): Promise<Uint8Array> => {
          const found = await fetched(name);
          // Who reads them may detach them.
          if (found !== null) return found.slice();
          throw new RangeError(`data: expected ${name} on the server, got no such file`);
        };
        return { name, bytes, sha256: sums[name] };
      }
      const bytes = await fetched(name);
      if (bytes !== null) return { name, bytes: async () => bytes.slice() };
    }
    return null;
  };
}

/**
 * Files of a paper's own folder that a server has, as its frozen models.
 *
 * @param folder address of the folder with the papers' folders, with a slash at the end
 * @returns a function that rejects with a RangeError for a file that isn't there
 *
 * @example
 * const asset = servedAssets("/papers/", "uf-fgtg");
 */
export function servedAssets(folder: string, slug: string): NonNullable<TrialHost["asset"]> {
  return async (path) => {
    const bytes = await fileAt(`${folder}${slug}/${path}`);
    if (bytes !== null) return bytes;
    throw new RangeError(`${slug}: expected the file ${path} on the server, got no such file`);
  };
}

async function fileAt(address: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const response = await fetch(address);
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${address}: expected a file, got status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** A file as its name says, compressed again where it was unpacked on its way; that has another sum, but was whole on arrival. */
async function asNamed(
  name: string,
  bytes: Uint8Array<ArrayBuffer> | null,
  sum: string | undefined,
): Promise<Uint8Array | null> {
  if (bytes === null) return null;
  if (name.endsWith(".gz") && !(bytes[0] === 0x1f && bytes[1] === 0x8b)) {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  const got = sum === undefined ? undefined : await sha256Of(bytes);
  if (got !== sum) throw new RangeError(`data: expected ${name} with SHA-256 ${sum}, got ${got}`);
  return bytes;
}
