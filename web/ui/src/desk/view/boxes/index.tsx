/** Which box is open. */

import type { JSX } from "preact";
import type { DeskUse } from "../../use";
import { Customers } from "./customers";
import { Close, HandBack } from "./ends";
import { Buttons, Place } from "./extras";
import { Help } from "./help";
import { Label } from "./label";
import { Consult, Transfer } from "./people";
import { Plan } from "./plan";
import { Run } from "./run";

export function Boxes({ client, texts }: DeskUse): JSX.Element | null {
  const box = client.box.value;
  const onClose = (): void => void (client.box.value = undefined);
  if (box === "help") return <Help texts={texts} onClose={onClose} />;
  const thread = client.thread.value;
  if (!box || !thread) return null;
  const { card, panel } = thread;
  const use = { client, texts, card, onClose };
  switch (box) {
    case "transfer":
      return <Transfer {...use} />;
    case "consult":
      return <Consult {...use} />;
    case "hand_back":
      return <HandBack {...use} />;
    case "close":
      return <Close {...use} />;
    case "plan":
      return <Plan {...use} planned={panel.callback ?? undefined} phone={/^\+?[\d ()/-]{6,}$/.test(panel.address) ? panel.address : ""} />;
    case "run":
      return <Run {...use} panel={panel} />;
    case "customers":
      return <Customers {...use} panel={panel} />;
    case "buttons":
      return <Buttons {...use} />;
    case "place":
      return <Place {...use} />;
    case "label": {
      const message = client.labelling.value;
      return message ? <Label {...use} message={message} /> : null;
    }
  }
}
