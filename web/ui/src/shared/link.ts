/** A web socket that comes back: runs the commands of `connection.ts` on the browser. */

import { advance, IDLE, type Connection, type ConnectionCommand, type ConnectionEvent, type ConnectionPhase } from "./connection";
import { attempt } from "./outbox";

/** Milliseconds for each of: the request before, the handshake, the welcome. */
const STEP_LIMIT = 10_000;

export interface LinkUse<Incoming> {
  /** Done before every connection (a session, a sign-in check); false or an error means: try later. */
  readonly prepare: () => Promise<boolean>;
  readonly url: () => string;
  /** The first frame, if this socket has one. */
  readonly hello: () => object | undefined;
  /** Is this the frame that says that the service is ready? */
  readonly welcomes: (frame: Incoming) => boolean;
  readonly receive: (frame: Incoming) => void;
  /** Connected and welcomed: send what is pending. */
  readonly ready: () => void;
  readonly changed: (phase: ConnectionPhase) => void;
}

export class Link<Incoming extends { readonly type: string }> {
  #state: Connection = IDLE;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly use: LinkUse<Incoming>) {
    addEventListener("online", () => this.#on("wake"));
    addEventListener("offline", () => this.#on("offline"));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#on("wake");
    });
  }

  start(): void {
    this.#on("start");
  }

  stop(): void {
    this.#on("stop");
  }

  /** The connection can't be trusted any more: an answer is overdue, or the service asked for a new start. */
  restart(): void {
    this.#on("stuck");
  }

  /**
   * The service took nothing from some frame on and ends this socket: nothing more goes out on it, and what is pending
   * goes out in its order on the next one.
   */
  retreat(): void {
    this.#on("busy");
  }

  /** Sends now, or not at all: what must arrive is in an `Outbox`. */
  send(frame: object): boolean {
    if (this.#state.phase !== "live" || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #on(event: ConnectionEvent): void {
    const before = this.#state.phase;
    const [state, commands] = advance(this.#state, event, Math.random());
    this.#state = state;
    if (state.phase !== before) {
      this.#limit(state.phase);
      this.use.changed(state.phase);
    }
    for (const command of commands) this.#run(command);
  }

  #limit(phase: ConnectionPhase): void {
    clearTimeout(this.#timer);
    if (phase === "preparing" || phase === "opening" || phase === "greeting") {
      this.#timer = setTimeout(() => this.#on("stuck"), STEP_LIMIT);
    }
  }

  #run(command: ConnectionCommand): void {
    if (typeof command === "object") {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#on("due"), command.wait);
      return;
    }
    switch (command) {
      case "prepare":
        this.use.prepare().then(
          (good) => this.#on(good ? "prepared" : "unprepared"),
          () => this.#on("unprepared"),
        );
        return;
      case "open":
        this.#open();
        return;
      case "greet": {
        const hello = this.use.hello();
        if (hello) this.#socket?.send(JSON.stringify(hello));
        return;
      }
      case "ready":
        this.use.ready();
        return;
      case "close":
        this.#drop();
    }
  }

  #open(): void {
    this.#drop();
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.use.url());
    } catch {
      this.#on("lost");
      return;
    }
    this.#socket = socket;
    // An event of a socket that was already replaced is nobody's.
    const mine = (event: ConnectionEvent) => () => {
      if (this.#socket === socket) this.#on(event);
    };
    socket.onopen = mine("opened");
    socket.onclose = mine("lost");
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.#socket === socket) this.#take(event.data);
    };
  }

  #take(data: unknown): void {
    const frame = typeof data === "string" && attempt(() => JSON.parse(data) as Incoming);
    if (!frame) return;
    if (this.#state.phase === "greeting" && this.use.welcomes(frame)) {
      this.use.receive(frame);
      this.#on("welcomed");
    } else {
      this.use.receive(frame);
    }
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }
}
