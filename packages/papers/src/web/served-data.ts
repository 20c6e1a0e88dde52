import type { DataSource, FindData } from "../host/papers-data.ts";
import type { TrialHost } from "../reproduction.ts";

/**
 * Files of data that a server has in a folder, fetched once each.
 *
 * @param folder its address, with a slash at the end
 * @returns for `papersData`; rejects where the server answers neither with a file nor that there is none
 *
 * @example
 * const data = papersData(servedData("/data/"), card.data, "on the server, got no such file");
 */
export function servedData(folder: string): FindData<DataSource> {
  const known = new Map<string, Promise<Uint8Array | null>>();
  const fetched = (name: string): Promise<Uint8Array | null> => {
    const own = known.get(name) ?? fileAt(`${folder}${name}`);
    known.set(name, own);
    return own;
  };
  return async (names) => {
    for (const name of names) {
      const bytes = await fetched(name);
      // Who reads them may detach them.
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

async function fileAt(address: string): Promise<Uint8Array | null> {
  const response = await fetch(address);
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${address}: expected a file, got status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
