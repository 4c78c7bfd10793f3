/** The entry of `/dialogs`. */

import { effect } from "@preact/signals";
import { render } from "preact";
import english from "english:pages";
import "../dialogs/dialogs.css";
import { DialogsPage, Model } from "../dialogs/view";
import { pageLanguage } from "../shared/languages";
import { Texts } from "../shared/texts";

const texts = new Texts("pages", english);
void texts.load(pageLanguage());
effect(() => {
  document.documentElement.lang = texts.language.value;
  document.title = texts.t("dialogs.title");
});
const model = new Model(texts);
void model.load();
const page = document.getElementById("page");
if (page) render(<DialogsPage model={model} />, page);
