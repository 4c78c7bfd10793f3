/** What the pages and the service say to each other: `docs/protocols.md`, as types. */

export interface Button {
  readonly payload: string;
  readonly label: string;
}

export interface Media {
  readonly kind: "media";
  readonly type: "photo" | "file" | "audio" | "video" | "voice" | "sticker";
  readonly ref: string;
  readonly name?: string;
  readonly mime?: string;
  readonly size?: number;
  readonly caption?: string;
}

export type Content =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "prompt"; readonly text: string; readonly buttons?: readonly Button[]; readonly attach?: Media | null }
  | Media
  | { readonly kind: "location"; readonly latitude: number; readonly longitude: number }
  | { readonly kind: "contact"; readonly phone: string; readonly name?: string; readonly own?: boolean }
  | { readonly kind: "unsupported"; readonly what: string }
  | { readonly kind: "example"; readonly text: string; readonly language: string; readonly intent: string; readonly scores: Readonly<Record<string, number>> };

export type Author = "customer" | "bot" | "operator" | "system";
export type Phase = "with_bot" | "parked" | "with_operator" | "closed";

/** `position` from 1; `wait` is an estimate in seconds. */
export interface Place {
  readonly position: number;
  readonly wait?: number | null;
}

/** One line of a chat. `seq` counts from 1; `at` is ISO 8601 in UTC; `href`, in a customer's chat: where its file lies on the service. */
export interface Message {
  readonly seq: number;
  readonly id: string;
  readonly author: Author;
  readonly at: string;
  readonly content: Content;
  readonly name?: string;
  readonly client_id?: string;
  readonly edits?: string;
  readonly href?: string;
  readonly origin?: string;
}

export interface ErrorFrame {
  readonly type: "error";
  readonly code: string;
  readonly message: string;
  readonly id?: string;
}

// ── the chat of a customer ───────────────────────────────────────────────────────────────────────────────────────────

export interface Session {
  readonly token: string;
  readonly chat: string;
  readonly languages: readonly string[];
  readonly language: string;
  readonly title: string;
}

/** Frames with an effect: kept until `ack`, sent again under the same `id`. */
export type ChatCommand =
  | { readonly type: "say"; readonly id: string; readonly text: string }
  | { readonly type: "press"; readonly id: string; readonly payload: string; readonly label: string; readonly menu: string }
  | { readonly type: "language"; readonly id: string; readonly language: string };

export type ChatFrame =
  | { readonly type: "welcome"; readonly chat: string; readonly seq: number; readonly language: string; readonly phase: Phase; readonly operator?: string | null; readonly place?: Place | null }
  | ({ readonly type: "message" } & Message)
  | { readonly type: "skip"; readonly seq: number }
  | { readonly type: "ack"; readonly id: string }
  | { readonly type: "phase"; readonly phase: Phase; readonly operator?: string | null; readonly place?: Place | null; readonly working?: boolean }
  | { readonly type: "typing"; readonly who: "bot" | "operator"; readonly on: boolean; readonly name?: string }
  | ErrorFrame;

// ── the desk ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A conversation as the desk lists it. `since`: when its phase began. */
export interface Card {
  readonly conversation: string;
  readonly chat: string;
  readonly channel: string;
  readonly name: string;
  readonly language: string;
  readonly phase: Phase;
  readonly team: string;
  readonly operator: string;
  readonly operator_name: string;
  readonly since: string;
  readonly preview: string;
  readonly unanswered: boolean;
  readonly version: number;
}

export interface Panel {
  readonly channel: string;
  readonly address: string;
  readonly name: string;
  readonly language: string;
  readonly opened_at: string;
  readonly reason: string;
  readonly facts: readonly { readonly name: string; readonly value: unknown }[];
  readonly path: readonly string[];
}

export type DeliveryState = "pending" | "sending" | "sent" | "failed" | "ambiguous";
/** `decided`: an operator said what is to follow. */
export interface Delivery {
  readonly state: DeliveryState;
  readonly error?: string;
  readonly decided?: boolean;
}
/** A message that did not arrive, or perhaps did not. `preview`: its first words. */
export interface Letter {
  readonly number: number;
  readonly state: "failed" | "ambiguous";
  readonly chat: string;
  readonly channel: string;
  readonly conversation: string;
  readonly message: string;
  readonly name: string;
  readonly preview: string;
  readonly at: string;
  readonly error: string;
}
export type RefusalReason = "held_by_other" | "not_holder" | "not_waiting" | "closed";

/** Frames with an effect: kept until `done` or `refused`. */
export type DeskCommand =
  | { readonly type: "claim" | "hand_back" | "close"; readonly id: string; readonly conversation: string }
  | { readonly type: "resend" | "settle"; readonly id: string; readonly conversation: string; readonly message_id: string }
  | { readonly type: "reply"; readonly id: string; readonly conversation: string; readonly text: string };

export type DeskFrame =
  | { readonly type: "snapshot"; readonly operator: string; readonly name: string; readonly cards: readonly Card[]; readonly now: string }
  | { readonly type: "card"; readonly card: Card }
  | { readonly type: "conversation"; readonly card: Card; readonly messages: readonly Message[]; readonly panel: Panel; readonly more: boolean }
  | { readonly type: "messages"; readonly conversation: string; readonly messages: readonly Message[]; readonly more: boolean }
  | { readonly type: "message"; readonly conversation: string; readonly message: Message }
  | { readonly type: "panel"; readonly conversation: string; readonly panel: Panel }
  | ({ readonly type: "delivery"; readonly conversation: string; readonly message_id: string } & Delivery)
  | { readonly type: "undelivered"; readonly count: number; readonly items?: readonly Letter[] }
  | { readonly type: "typing"; readonly conversation: string; readonly who: "customer"; readonly on: boolean }
  | { readonly type: "colleagues"; readonly operators: readonly { readonly id: string; readonly name: string }[] }
  | { readonly type: "done"; readonly id: string }
  | { readonly type: "refused"; readonly id: string; readonly reason: RefusalReason; readonly holder?: string }
  | ErrorFrame;

// ── the dialogs ──────────────────────────────────────────────────────────────────────────────────────────────────────

export type Why = "go" | "option" | "route" | "failed" | "misses" | "silence" | "busy" | "cancelled" | "needs";
export type Labels = Readonly<Record<string, string>>;

export interface Step {
  readonly name: string;
  readonly verb: string;
  readonly texts: Labels;
  readonly options: readonly { readonly name: string; readonly labels: Labels; readonly go?: string }[];
  readonly ways: readonly { readonly to: string; readonly why: Why }[];
  readonly ends?: string | null;
}

export interface Dialog {
  readonly name: string;
  readonly title: string;
  readonly start: string;
  readonly steps: readonly Step[];
}

export interface Dialogs {
  readonly title: string;
  readonly languages: readonly string[];
  readonly source: string;
  readonly dialogs: readonly Dialog[];
  readonly problems: readonly { readonly file: string; readonly line: number; readonly message: string; readonly todo: string }[];
  readonly loaded_at: string;
  readonly version: string;
}
