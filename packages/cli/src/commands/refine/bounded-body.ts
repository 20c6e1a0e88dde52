/** A body has more bytes than are taken. */
export class TooManyBytes extends Error {}

/**
 * Reads the body of an answer, and stops the connection where it is too long.
 *
 * @param most bytes, after decompression
 * @throws TooManyBytes; what the connection throws
 */
export async function boundedBody(response: Response, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the stream, which closes the connection.
    if (size > most) throw new TooManyBytes(`more than ${Math.round(most / 2 ** 20)} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
