/**
 * A small stand-in for the service, to work on the pages and to try their reconnects: `npm run dev`, port 8181, `CHATS=5` for few of them.
 * Any password but `wrong` signs in. `POST /mock/drop` breaks all sockets, `/mock/down?ms=3000` refuses new ones for a while,
 * `/mock/park` parks a new customer, `/mock/silent?on=1` swallows acknowledgements.
 */

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { WebSocketServer } from "ws";
import { answer, newChat } from "./chat.mjs";
import { Desk } from "./desk.mjs";
import { dialogs } from "./dialogs.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "../../..");
const pages = path.join(root, "web/static");
const port = Number(process.env.PORT ?? 8181);
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".jpg": "image/svg+xml" };
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws: wss:";
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="270"><rect width="480" height="270" fill="#0d4a73"/><rect x="120" y="150" width="240" height="60" rx="10" fill="#fff"/><path d="M150 150V70M330 150V70" stroke="#fff" stroke-width="8"/><circle cx="150" cy="180" r="7" fill="#2a9d6a"/></svg>';

const chats = new Map();
const desk = new Desk({ chats: Number(process.env.CHATS ?? 200) });
const mock = { downUntil: 0, silent: false };

async function body(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return text ? JSON.parse(text) : {};
}

function json(response, value, status = 200) {
  response.writeHead(status, { "Content-Type": "application/json", "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*" });
  response.end(status === 204 ? undefined : JSON.stringify(value));
}

async function file(response, name) {
  const headers = { "Content-Type": TYPES[path.extname(name)] ?? "application/octet-stream", "Content-Security-Policy": POLICY };
  try {
    const content = await readFile(path.join(pages, path.normalize(`/${name}`)));
    response.writeHead(200, headers);
    response.end(content);
  } catch {
    response.writeHead(404).end();
  }
}

const routes = {
  "GET /": (request, response) => file(response, "index.html"),
  "GET /chat": (request, response) => file(response, "chat.html"),
  "GET /desk": (request, response) => file(response, "desk.html"),
  "GET /dialogs": (request, response) => file(response, "dialogs.html"),
  "GET /widget.js": (request, response) => file(response, "widget.js"),
  "GET /dialogs.json": async (request, response) => json(response, await dialogs(path.join(root, "examples/nordnetz"))),
  "GET /texts.json": async (request, response, url) => {
    const language = url.searchParams.get("language") ?? "en";
    if (!/^[a-z]{2}$/.test(language)) return json(response, {}, 404);
    json(response, { language, ...parse(await readFile(path.join(root, `locales/${language}/pages.yaml`), "utf8")) });
  },
  "POST /webchat/session": async (request, response) => {
    if (Date.now() < mock.downUntil) return json(response, {}, 503);
    const { token, language } = await body(request);
    const chat = chats.get(token) ?? newChat(language ?? "en");
    chats.set(chat.token, chat);
    json(response, { token: chat.token, chat: chat.chat, languages: ["de", "en", "ru", "uk"], language: chat.language, title: "Nordnetz" });
  },
  "POST /desk/login": async (request, response) => {
    const { operator, password } = await body(request);
    if (password === "wrong") return json(response, { code: "wrong_credentials", message: "no" }, 401);
    response.setHeader("Set-Cookie", `mock=${encodeURIComponent(operator)}; HttpOnly; SameSite=Strict; Path=/`);
    json(response, desk.me(operator));
  },
  "POST /desk/logout": (request, response) => {
    response.setHeader("Set-Cookie", "mock=; Max-Age=0; Path=/");
    json(response, {}, 204);
  },
  "GET /desk/me": (request, response) => {
    const who = operator(request);
    json(response, who ? desk.me(who) : { code: "signed_out" }, who ? 200 : 401);
  },
  "POST /desk/upload": (request, response, url) => {
    let size = 0;
    request.on("data", (piece) => (size += piece.length));
    request.on("end", () => {
      const name = url.searchParams.get("name");
      if (/\.(exe|html)$/.test(name)) return json(response, { code: "kind" }, 415);
      json(response, { upload: encodeURIComponent(name), name, mime: "application/octet-stream", size });
    });
  },
  "POST /mock/drop": (request, response) => {
    for (const socket of sockets.clients) socket.terminate();
    json(response, {});
  },
  "POST /mock/down": (request, response, url) => {
    mock.downUntil = Date.now() + Number(url.searchParams.get("ms") ?? 3000);
    for (const socket of sockets.clients) socket.terminate();
    json(response, {});
  },
  "POST /mock/silent": (request, response, url) => {
    mock.silent = url.searchParams.get("on") === "1";
    json(response, {});
  },
  "POST /mock/park": async (request, response) => json(response, desk.park(0, "", (await body(request)).words)),
  "GET /favicon.ico": (request, response) => response.writeHead(204).end(),
  "GET /mock/shop": (request, response) => page(response, SHOP),
  "GET /mock/bare": (request, response) => page(response, "<!doctype html><title>Shop</title>"),
  "GET /mock/chats": (request, response) => json(response, [...chats.values()].map(({ messages, accepted }) => ({ messages, accepted }))),
  "GET /mock/frames": (request, response) => json(response, desk.frames),
  "GET /mock/desk": (request, response) => json(response, desk.dump()),
};

/** Somebody else's site, with a style sheet that would spoil everything it reaches. */
const SHOP = `<!doctype html><title>Shop</title><style>* {color: red !important; font-size: 40px} button {display: none !important}</style>
<h1>Shop</h1><script src="http://127.0.0.1:${port}/widget.js" async data-language="de"></script>`;

function page(response, html) {
  response.writeHead(200, { "Content-Type": "text/html" });
  response.end(html);
}

function operator(request) {
  return decodeURIComponent(/(?:^|; )mock=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "");
}

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://here");
  const route = routes[`${request.method} ${url.pathname}`];
  if (request.method === "OPTIONS") return json(response, {});
  if (route) return void Promise.resolve(route(request, response, url)).catch((error) => json(response, { message: String(error) }, 500));
  if (url.pathname.startsWith("/static/")) return void file(response, url.pathname.slice("/static/".length));
  if (url.pathname.startsWith("/files/") || url.pathname.startsWith("/desk/file/")) {
    response.writeHead(200, { "Content-Type": "image/svg+xml" });
    return response.end(PICTURE);
  }
  response.writeHead(404).end();
});

const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  const who = operator(request);
  const { pathname: path, searchParams } = new URL(request.url, "http://here");
  if (Date.now() < mock.downUntil || (path === "/desk/socket" && !who)) return socket.destroy();
  sockets.handleUpgrade(request, socket, head, (ws) => {
    const send = (frame) => ws.readyState === ws.OPEN && ws.send(JSON.stringify(frame));
    if (path === "/desk/socket") return desk.connect(ws, send, who, searchParams.get("after"));
    ws.on("message", (data) => answer(chats, ws, send, JSON.parse(data), mock));
  });
});
server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}`));
