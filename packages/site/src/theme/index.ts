import type { Theme } from "vitepress";
import defaultTheme from "vitepress/theme";
import PaperCatalogue from "./PaperCatalogue.vue";
import "./style.css";
import "./catalogue.css";
import "./paper.css";

export default {
  extends: defaultTheme,
  enhanceApp: ({ app }) => {
    app.component("PaperCatalogue", PaperCatalogue);
  },
} satisfies Theme;
