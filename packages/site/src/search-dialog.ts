/** As much of a plugin of Vite as there is here; the types of VitePress's Vite aren't those of the workspace's. */
interface Plugin {
  name: string;
  enforce: "pre";
  transform(code: string, id: string): string | undefined;
}

/** What the theme's search says of itself, and what it is: a dialog with a list of links, and no button around them. */
const corrections: [wrong: RegExp, right: string][] = [
  [
    /role="button"\s+:aria-owns="[^"]*"\s+aria-expanded="true"\s+aria-haspopup="listbox"\s+aria-labelledby="localsearch-label"/,
    'role="dialog" aria-modal="true" aria-label="Search"',
  ],
  [/:role="results\?\.length \? 'listbox' : undefined"/, ""],
  [
    /:id="'localsearch-item-' \+ index"\s+:aria-selected="selectedIndex === index \? 'true' : 'false'"\s+role="option"/,
    "",
  ],
  [/<kbd :aria-label=/g, '<kbd role="img" :aria-label='],
  [/:aria-label="\[\.\.\.p\.titles, p\.title\]\.join\(' > '\)"/, ":id=\"'localsearch-item-' + index\""],
];

/** Corrects the roles of VitePress's search box as it is read: screen readers can't distinguish links within options within a button. */
export function searchDialog(): Plugin {
  return {
    name: "search-dialog",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("/VPLocalSearchBox.vue")) return undefined;
      return corrections.reduce((text, [wrong, right]) => {
        if (!wrong.test(text)) throw new Error(`VPLocalSearchBox.vue: expected ${wrong}`);
        return text.replace(wrong, right);
      }, code);
    },
  };
}
