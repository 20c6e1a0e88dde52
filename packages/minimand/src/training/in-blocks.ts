/** Cuts a sequence of batches into blocks of a size, the rest into powers of two: few sizes have to be compiled. */
export async function* inBlocks<B>(
  batches: Iterable<B> | AsyncIterable<B>,
  sizeFor: (batch: B) => number,
): AsyncGenerator<B[]> {
  let waiting: B[] = [];
  for await (const batch of batches) {
    waiting.push(batch);
    if (waiting.length < sizeFor(batch)) continue;
    yield waiting;
    waiting = [];
  }
  while (waiting.length > 0) yield waiting.splice(0, 2 ** Math.floor(Math.log2(waiting.length)));
}
