/** The entry of `/desk`. */

import { render } from "preact";
import english from "english:desk";
import { Alert } from "../desk/alert";
import { DeskClient } from "../desk/client";
import "../desk/css/desk.css";
import { announce } from "../desk/told";
import { Desk } from "../desk/view/desk";
import { pageLanguage } from "../shared/languages";
import { Texts } from "../shared/texts";

const texts = new Texts("desk", english);
void texts.load(pageLanguage());
const client = new DeskClient();
const alert = new Alert();
client.onTold = announce(client, texts, alert);
const page = document.getElementById("page");
if (page) render(<Desk client={client} texts={texts} alert={alert} />, page);
