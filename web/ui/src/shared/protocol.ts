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
  | { readonly kind: "note"; readonly text: string; readonly mentions?: readonly string[]; readonly to?: string }
  | { readonly kind: "example"; readonly text: string; readonly language: string; readonly intent: string; readonly scores: Readonly<Record<string, number>>; readonly of?: string };

export type Author = "customer" | "bot" | "operator" | "system";
export type Phase = "with_bot" | "parked" | "with_operator" | "closed";

/** `position` from 1; `wait` is an estimate in seconds. */
export interface Place {
  readonly position: number;
  readonly wait?: number | null;
}

/** What the bot took a customer's words for, and why. `by` is there if the language layers were asked; scores are from 0 to 1. */
export interface Meaning {
  readonly did: "answered" | "command" | "began" | "accepted" | "offered" | "missed";
  readonly intent?: string;
  readonly language?: string;
  readonly intents?: readonly { readonly name: string; readonly score: number }[];
  readonly by?: {
    readonly layer?: string;
    readonly model?: string;
    readonly passed?: readonly { readonly layer: string; readonly why: string }[];
    readonly read_as?: string;
    readonly milliseconds?: number;
  } | null;
  /** Intents that the question at hand offers. */
  readonly lifted?: readonly string[];
  /** The conversation's language: whose limits hold. */
  readonly spoken?: string;
  readonly accept?: number;
  readonly offer?: number;
  readonly margin?: number;
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
  readonly meaning?: Meaning | null;
}

export interface ErrorFrame {
  readonly type: "error";
  readonly code: string;
  readonly message: string;
  readonly id?: string;
  /** Of `bad_argument`. */
  readonly argument?: string;
  readonly wanted?: string;
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

export type Status = "available" | "busy" | "away";

export interface Me {
  readonly operator: string;
  readonly name: string;
  readonly role: string;
  readonly teams: readonly string[];
  readonly skills: readonly string[];
  readonly languages: readonly string[];
  readonly capacity: number;
  readonly status: Status;
}

/** A colleague, or this operator, as the desk sees them. `load`: chats they hold. */
export interface Seat {
  readonly operator: string;
  readonly name: string;
  readonly role: string;
  readonly status: Status;
  readonly present: boolean;
  readonly load: number;
  readonly capacity: number;
  readonly teams: readonly string[];
  readonly skills: readonly string[];
  readonly languages: readonly string[];
}

/** A conversation as the desk lists it. `since`: when its phase began; `queued`: since when the customer waits for a person. */
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
  readonly queued?: string | null;
  readonly priority?: number;
  readonly prefer?: string;
  readonly why?: string;
  readonly consulted?: readonly string[];
  readonly intent?: string;
  readonly mood?: string;
  readonly callback?: string | null;
}

/** What something is called, by language. */
export type Titles = Readonly<Record<string, string>>;

export interface Topic {
  readonly name: string;
  readonly title: string;
  readonly titles?: Titles;
}
export interface BotStep {
  readonly dialog: string;
  readonly step: string;
  readonly title: string;
  readonly titles?: Titles;
}
export interface BotAction {
  readonly name: string;
  readonly title: string;
  readonly arguments: readonly { readonly name: string; readonly type: string }[];
}
/** What an operator may choose from. `handle_time`: seconds by intent, and `default`. */
export interface Bot {
  readonly teams: readonly string[];
  readonly languages: readonly string[];
  readonly handle_time: Readonly<Record<string, number>>;
  readonly topics: readonly Topic[];
  readonly outcomes: readonly string[];
  readonly steps: readonly BotStep[];
  readonly actions: readonly BotAction[];
}

export interface Identity {
  readonly chat: string;
  readonly channel: string;
  readonly address: string;
  readonly language: string;
}
export interface Earlier {
  readonly conversation: string;
  readonly chat?: string;
  readonly channel: string;
  readonly opened_at: string;
  readonly closed_at?: string | null;
  readonly outcome: string;
  readonly topic: string;
  readonly operator: string;
  readonly preview: string;
}
export interface Planned {
  readonly begin: string;
  readonly phone: string;
  readonly topic: string;
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
  readonly intent?: { readonly name: string; readonly title?: string; readonly score: number; readonly text: string } | null;
  readonly mood?: { readonly kind: string; readonly words: readonly string[] } | null;
  readonly actions?: readonly { readonly name: string; readonly state: string; readonly result: unknown }[];
  readonly summary?: readonly string[];
  readonly callback?: Planned | null;
  readonly customer?: { readonly id: string; readonly identities: readonly Identity[] } | null;
  readonly earlier?: readonly Earlier[];
}
/** What one provider of the back-end knows about the customer. */
export interface ContextItem {
  readonly provider: string;
  readonly title: string;
  readonly state: "waiting" | "ready" | "failed" | "late";
  readonly rows?: readonly (readonly [string, unknown])[];
  readonly error?: string;
  readonly at?: string | null;
}
export interface Canned {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly attach?: string | null;
}
export interface FoundCustomer {
  readonly chat: string;
  readonly conversation: string;
  readonly channel: string;
  readonly name: string;
  readonly address: string;
  readonly preview: string;
}
export interface Viewer {
  readonly id: string;
  readonly name: string;
  readonly typing: boolean;
}
/** What `POST /desk/upload` answers. */
export interface Uploaded {
  readonly upload: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
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
export type RefusalReason = "held_by_other" | "not_holder" | "not_waiting" | "closed" | "slot_taken" | "not_allowed" | "full" | "unknown";

interface Ordered {
  readonly id: string;
  readonly conversation: string;
}
export interface ReplyCommand extends Ordered {
  readonly type: "reply";
  readonly text?: string;
  readonly upload?: string;
  readonly location?: { readonly latitude: number; readonly longitude: number };
  readonly buttons?: readonly string[];
}
export interface NoteCommand extends Ordered {
  readonly type: "note";
  readonly text: string;
  readonly mentions: readonly string[];
}

/** Frames with an effect: kept until `done` or `refused`. */
export type DeskCommand =
  | ReplyCommand
  | NoteCommand
  | (Ordered & { readonly type: "claim" })
  | (Ordered & { readonly type: "hand_back"; readonly dialog?: string; readonly step?: string })
  | (Ordered & { readonly type: "close"; readonly outcome?: string; readonly topic?: string })
  | (Ordered & { readonly type: "transfer"; readonly team?: string; readonly to?: string; readonly reason: string })
  | (Ordered & { readonly type: "consult"; readonly colleague: string; readonly question: string })
  | (Ordered & { readonly type: "plan"; readonly begin?: string; readonly phone?: string; readonly topic?: string; readonly team?: string })
  | (Ordered & { readonly type: "run"; readonly action: string; readonly arguments: Readonly<Record<string, unknown>> })
  | (Ordered & { readonly type: "label"; readonly message_id: string; readonly intent: string | null })
  | (Ordered & { readonly type: "join" | "part"; readonly chat: string })
  | (Ordered & { readonly type: "resend" | "settle"; readonly message_id: string })
  | { readonly type: "status"; readonly id: string; readonly status: Status };

export type ToldKind = "mention" | "consult" | "transfer" | "assigned" | "callback";

/** What is said of all chats and people; each carries the number of its event. */
export type FeedFrame =
  | { readonly type: "snapshot"; readonly event: string; readonly operator: Me; readonly cards: readonly Card[]; readonly seats: readonly Seat[]; readonly now: string; readonly bot: Bot }
  | { readonly type: "resumed"; readonly event: string; readonly now: string }
  | { readonly type: "card"; readonly event: string; readonly card: Card }
  | { readonly type: "seat"; readonly event: string; readonly seat: Seat };

export type DeskFrame =
  | FeedFrame
  | { readonly type: "conversation"; readonly card: Card; readonly messages: readonly Message[]; readonly panel: Panel; readonly more: boolean }
  | { readonly type: "messages"; readonly conversation: string; readonly messages: readonly Message[]; readonly more: boolean }
  | { readonly type: "message"; readonly conversation: string; readonly message: Message }
  | { readonly type: "panel"; readonly conversation: string; readonly panel: Panel; readonly card?: Card | null }
  | { readonly type: "context"; readonly conversation: string; readonly items: readonly ContextItem[] }
  | { readonly type: "viewers"; readonly conversation: string; readonly operators: readonly Viewer[] }
  | { readonly type: "told"; readonly kind: ToldKind; readonly conversation: string; readonly by: string; readonly text: string }
  | { readonly type: "read"; readonly conversation: string; readonly seq: number }
  | { readonly type: "slots"; readonly conversation: string; readonly team: string; readonly slots: readonly string[] }
  | { readonly type: "canned"; readonly conversation: string; readonly replies: readonly Canned[] }
  | { readonly type: "found"; readonly text: string; readonly customers: readonly FoundCustomer[] }
  | ({ readonly type: "delivery"; readonly conversation: string; readonly message_id: string } & Delivery)
  | { readonly type: "undelivered"; readonly count: number; readonly items?: readonly Letter[] }
  | { readonly type: "typing"; readonly conversation: string; readonly who: "customer"; readonly on: boolean }
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
