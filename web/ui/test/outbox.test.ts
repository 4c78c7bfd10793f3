import assert from "node:assert/strict";
import test from "node:test";
import { newId, Outbox, type Store } from "../src/shared/outbox";

function memory(): Store & { readonly map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    get length() {
      return map.size;
    },
    // A browser promises no order of its keys.
    key: (index) => [...map.keys()].sort()[index] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

test("what is pending survives a reload in its order, until it is settled", () => {
  const store = memory();
  const before = new Outbox(store, "p:");
  for (const id of ["c", "a", "b"]) before.add({ id });
  before.settle("a");
  const after = new Outbox(store, "p:");
  assert.deepEqual(after.list(), [{ id: "c" }, { id: "b" }]);
  after.add({ id: "d" });
  assert.deepEqual(new Outbox(store, "p:").list().map((one) => one.id), ["c", "b", "d"]);
});

test("two tabs do not take each other's messages away", () => {
  const store = memory();
  const [one, two] = [new Outbox(store, "p:"), new Outbox(store, "p:")];
  one.add({ id: "a" });
  two.add({ id: "b" });
  two.settle("b");
  assert.deepEqual(new Outbox(store, "p:").list(), [{ id: "a" }]);
});

test("foreign and broken entries are passed over", () => {
  const store = memory();
  store.setItem("p:x", "{broken");
  store.setItem("p:y", '{"order":1}');
  store.setItem("other", '{"order":1,"command":{"id":"z"}}');
  assert.deepEqual(new Outbox(store, "p:").list(), []);
});

test("a storage that refuses costs only the survival of a reload", () => {
  const refusing = { ...memory(), setItem: () => { throw new Error("full"); } };
  const outbox = new Outbox(refusing, "p:");
  outbox.add({ id: "a" });
  assert.deepEqual(outbox.list(), [{ id: "a" }]);
});

test("ids are long and differ", () => {
  assert.match(newId(), /^[0-9a-f]{32}$/);
  assert.notEqual(newId(), newId());
});
