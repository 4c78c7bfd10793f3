/** What every part of the desk's view needs. */

import type { DeskClient } from "./client";
import type { Texts } from "../shared/texts";

export interface DeskUse {
  readonly client: DeskClient;
  readonly texts: Texts;
}
