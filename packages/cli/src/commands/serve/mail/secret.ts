import { createHash, randomBytes } from "node:crypto";
// biome-ignore lint/style/noRestrictedImports: written with an own name and owner
import { link, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../../failure.ts";
import { makeFolder } from "../../../files/make-folder.ts";
import { readRegular } from "../../../files/read-regular.ts";

/** Least characters of a secret that someone chose. */
const least = 32;

/**
 * The key by which links in mails are signed: of `MINIMAND_SECRET`, or of the file `secret` in a folder, which is created if it is missing and which
 * only its owner can read. Whoever has another key can't read the links that were sent before.
 *
 * @returns 32 bytes
 * @throws UsageError for a secret that is short, and a file that others can read
 */
export async function signingKey(
  folder: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Uint8Array> {
  const given = env.MINIMAND_SECRET;
  if (given) {
    if (given.length < least)
      throw new UsageError(
        `MINIMAND_SECRET: expected ${least} characters or more, got ${given.length}: 'openssl rand -hex 32' makes one`,
      );
    return createHash("sha256").update(given).digest();
  }
  const file = join(folder, "secret");
  await makeFolder(folder);
  const text = (await readSecret(file)) ?? (await makeSecret(file));
  return createHash("sha256").update(text).digest();
}

async function readSecret(file: string): Promise<string | null> {
  try {
    const { mode } = await stat(file);
    if (process.platform !== "win32" && (mode & 0o077) !== 0)
      throw new UsageError(
        `${file}: expected a file that only its owner can read ('chmod 600'), got another`,
      );
    const text = (await readRegular(file)).toString().trim();
    if (text.length < least) throw new UsageError(`${file}: expected a secret, got a file without one`);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Makes it whole or not at all; where another process is faster, its own counts. */
async function makeSecret(path: string): Promise<string> {
  const beside = `${path}.${randomBytes(4).toString("hex")}`;
  const secret = randomBytes(32).toString("hex");
  const file = await open(beside, "wx", 0o600);
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(beside, path);
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return (await readSecret(path)) as string;
  } finally {
    await rm(beside, { force: true });
  }
}
