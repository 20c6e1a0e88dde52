/** Kinds of data that a run asks for; `nothing`: it makes its own. */
export const dataKinds = ["nothing", "tables", "pictures", "text"] as const;

export type DataKind = (typeof dataKinds)[number];

const pictures = /^(mnist|fashion)-(train|test)$|^omniglot$|^orl$/;
const texts = ["brown", "vader_lexicon"];

/**
 * Returns the kinds among the data sets of a card.
 *
 * @param data names of `card.data`
 */
export function dataNeeded(data: readonly string[]): DataKind[] {
  const kindOf = (name: string): DataKind =>
    pictures.test(name) ? "pictures" : texts.includes(name) ? "text" : "tables";
  const kinds = new Set<DataKind>(data.length === 0 ? ["nothing"] : data.map(kindOf));
  return dataKinds.filter((kind) => kinds.has(kind));
}
