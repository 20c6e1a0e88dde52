import type { Theme } from "vitepress";
import defaultTheme from "vitepress/theme";
import { h } from "vue";
import RunHere from "../running/RunHere.vue";
import TryIt from "../trying/TryIt.vue";
import NewerBuild from "./NewerBuild.vue";
import PageNotFound from "./PageNotFound.vue";
import PaperCatalogue from "./PaperCatalogue.vue";
import "./style.css";
import "./api.css";
import "./catalogue.css";
import "./paper.css";
import "./subscribe.css";
import "../running/running.css";
import "../trying/trying.css";
import "./print.css";

export default {
  extends: defaultTheme,
  Layout: () =>
    h(defaultTheme.Layout, null, {
      "not-found": () => h(PageNotFound),
      "layout-bottom": () => h(NewerBuild),
    }),
  enhanceApp: ({ app }) => {
    app.component("PaperCatalogue", PaperCatalogue);
    app.component("RunHere", RunHere);
    app.component("TryIt", TryIt);
  },
} satisfies Theme;
