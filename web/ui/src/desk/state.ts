/** All that the desk shows, as signals. */

import { computed, signal } from "@preact/signals";
import type { ConnectionPhase } from "../shared/connection";
import type { Canned, Card, Delivery, FoundCustomer, Letter, Message, ToldKind, Viewer } from "../shared/protocol";
import type { Asked, Unread } from "./cards";
import { EMPTY, type Feed } from "./feed";
import { saveView, savedView, type View } from "./keep";
import { labelsOf } from "./labels";
import { chosen, grouped, type Filter, type GroupName, type Order } from "./order";
import { rights, type Past, type Reply, type Thread } from "./thread";

const TOAST_ENDS = 7_000;
/** Milliseconds after which a list that depends on the time is looked at anew. */
const LOOK_EVERY = 5_000;

export interface Toast {
  readonly id: number;
  readonly key: string;
  readonly params: Readonly<Record<string, string>>;
  /** A conversation that it leads to. */
  readonly conversation?: string;
}

export type SignIn = "unknown" | "out" | "in";
export type Box = "transfer" | "consult" | "hand_back" | "close" | "plan" | "run" | "customers" | "buttons" | "place" | "label" | "help";

export interface Slots {
  readonly team: string;
  readonly slots: readonly string[] | undefined;
}

export interface Told {
  readonly kind: ToldKind | "parked";
  readonly conversation: string;
  readonly by: string;
  readonly text: string;
}

export class DeskState {
  readonly signIn = signal<SignIn>("unknown");
  /** The session ended without the operator's doing: the page says so beside the form. */
  readonly ended = signal(false);
  readonly connection = signal<ConnectionPhase>("idle");
  readonly feed = signal<Feed>(EMPTY);
  readonly me = computed(() => this.feed.value.me);
  readonly cards = computed(() => this.feed.value.cards);
  readonly bot = computed(() => this.feed.value.bot);
  /** Everybody else who is at the desk, by name. */
  readonly colleagues = computed(() =>
    [...this.feed.value.seats.values()]
      .filter((seat) => seat.operator !== this.me.value.operator)
      .sort((a, b) => a.name.localeCompare(b.name)),
  );
  /** Milliseconds since 1970 by the service's clock; `tick` moves each second, `slow` less often. */
  readonly tick = signal(Date.now());
  readonly slow = signal(Date.now());
  readonly clockAhead = signal(0);

  readonly #saved = savedView();
  readonly order = signal<Order>(this.#saved.order);
  readonly filter = signal<Filter>(this.#saved.filter);
  readonly folded = signal<readonly GroupName[]>(this.#saved.folded);
  readonly all = computed(() => grouped(this.cards.value, this.me.value.operator, this.order.value));
  readonly groups = computed(() => chosen(this.all.value, this.filter.value, this.filter.value.waiting ? this.slow.value : 0));
  readonly unread = signal<Unread>(new Map());
  readonly asked = signal<Asked>(new Map());
  /** The card that the keyboard is at. */
  readonly cursor = signal("");

  readonly opened = signal("");
  readonly thread = signal<Thread | undefined>(undefined);
  readonly rights = computed(() => (this.thread.value ? rights(this.thread.value.card, this.me.value.operator) : undefined));
  /** What operators said that the customer wanted, by the message. */
  readonly labels = computed(() => labelsOf(this.thread.value?.messages ?? []));
  /** The message that the box asks about. */
  readonly labelling = signal<Message | undefined>(undefined);
  readonly earlier = signal<Past | undefined>(undefined);
  readonly viewers = signal<readonly Viewer[]>([]);
  readonly customerTypes = signal(false);
  readonly loadingOlder = signal(false);
  readonly refreshing = signal(false);
  readonly replies = signal<readonly Reply[]>([]);
  readonly delivery = signal<ReadonlyMap<string, Delivery>>(new Map());

  readonly canned = signal<readonly Canned[] | undefined>(undefined);
  readonly slots = signal<Slots>({ team: "", slots: undefined });
  readonly found = signal<{ readonly text: string; readonly customers: readonly FoundCustomer[] } | undefined>(undefined);
  readonly box = signal<Box | undefined>(undefined);
  /** A file of a canned reply that goes with the next answer. */
  readonly enclosed = signal("");
  /** Labels to press that go with the next answer. */
  readonly buttons = signal<readonly string[]>([]);

  /** How many messages of all chats did not arrive, and the newest of them while their list is open. */
  readonly undelivered = signal(0);
  readonly letters = signal<readonly Letter[] | undefined>(undefined);
  readonly toasts = signal<readonly Toast[]>([]);
  /** Commands on their way, `claim` and so on: their buttons wait. */
  readonly busy = signal<ReadonlySet<string>>(new Set());
  /** Messages about whose delivery a command is on its way. */
  readonly deciding = signal<ReadonlySet<string>>(new Set());
  /** Called when something is for this operator. */
  onTold: (told: Told) => void = () => undefined;
  #toasts = 0;

  constructor() {
    setInterval(() => this.#passTime(), 1_000);
  }

  now(): number {
    return Date.now() + this.clockAhead.value;
  }

  view(change: Partial<View>): void {
    const view = { order: this.order.value, filter: this.filter.value, folded: this.folded.value, ...change };
    this.order.value = view.order;
    this.filter.value = view.filter;
    this.folded.value = view.folded;
    saveView(view);
  }

  /** The name of a colleague at the desk, else the id. */
  nameOf(operator: string): string {
    return this.feed.value.seats.get(operator)?.name ?? operator;
  }

  card(conversation: string): Card | undefined {
    return this.cards.value.get(conversation);
  }

  toast(key: string, params: Toast["params"] = {}, conversation?: string): void {
    this.#toasts += 1;
    const toast: Toast = { id: this.#toasts, key, params, ...(conversation ? { conversation } : {}) };
    this.toasts.value = [...this.toasts.value.slice(-2), toast];
    setTimeout(() => this.dropToast(toast.id), TOAST_ENDS);
  }

  dropToast(id: number): void {
    this.toasts.value = this.toasts.value.filter((toast) => toast.id !== id);
  }

  /** What was told about a chat that is being looked at, or that something is done with. */
  dropToasts(conversation: string): void {
    this.toasts.value = this.toasts.value.filter((toast) => toast.conversation !== conversation);
  }

  /** A hidden page counts no seconds. */
  #passTime(): void {
    if (document.hidden) return;
    const now = this.now();
    this.tick.value = now;
    if (now - this.slow.value >= LOOK_EVERY) this.slow.value = now;
  }
}
