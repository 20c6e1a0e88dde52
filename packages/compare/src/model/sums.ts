import { parseJson } from "minimand/engine";
import { DataError } from "../data-error.ts";

/** SHA-256 of bytes, in hexadecimal digits. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The placeholder of a sum while it is computed. */
const blank = "0".repeat(64);

/** Returns a text that holds its own sum: the SHA-256 of itself with zeros in the place of the digits. */
export async function withOwnSum(textOf: (sum: string) => string): Promise<string> {
  return textOf(await sha256Of(new TextEncoder().encode(textOf(blank))));
}

const again = "run the comparison again, which writes both files";

/**
 * Checks that the files of a kept model are those that were written, byte by byte: `model.json` holds a sum of itself
 * and one of the weights.
 *
 * @param files `model.json`, which `readModelDescription` has read, and the file of `weightsFile`
 * @param places their paths, for messages
 * @returns whether there are sums; earlier versions wrote none
 * @throws DataError naming the file that is another one
 */
export async function checkSums(
  files: { description: string; weights: Uint8Array },
  places: { description: string; weights: string },
): Promise<boolean> {
  const { sha256, weightsSha256 } = parseJson(files.description) as Record<string, unknown>;
  if (sha256 === undefined && weightsSha256 === undefined) return false;
  const own = await sha256Of(new TextEncoder().encode(files.description.replace(String(sha256), blank)));
  if (own !== sha256)
    throw new DataError(
      `${places.description}: expected the content of its own SHA-256, got one that was changed or damaged: ${again}`,
    );
  if ((await sha256Of(files.weights)) !== weightsSha256)
    throw new DataError(
      `${places.weights}: expected the file whose SHA-256 is in model.json, got another, or one that was changed or damaged: ${again}`,
    );
  return true;
}
