/** The width of the text next to figures. */
export const figureWidth = 672;

/**
 * Returns a figure as a part of a page. Its rules are in the style sheet of the site, since templates may have none. For screen readers it
 * is one picture with one description, whose groups may have no names.
 */
export const asPart = (markup: string): string =>
  markup.replaceAll(/<style>[\s\S]*?<\/style>/g, "").replaceAll(/(<g\b[^>]*?) aria-label="[^"]*"/g, "$1");
