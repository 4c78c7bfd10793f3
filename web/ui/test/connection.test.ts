import assert from "node:assert/strict";
import test from "node:test";
import { advance, backOff, BUSY_DELAY, IDLE, LONGEST_DELAY, type Connection, type ConnectionCommand, type ConnectionEvent } from "../src/shared/connection";

function run(events: readonly ConnectionEvent[], random = 1): { state: Connection; last: readonly ConnectionCommand[] } {
  let state = IDLE;
  let last: readonly ConnectionCommand[] = [];
  for (const event of events) [state, last] = advance(state, event, random);
  return { state, last };
}

const LIVE: readonly ConnectionEvent[] = ["start", "prepared", "opened", "welcomed"];

test("a start leads through session, socket and hello to live", () => {
  const commands = LIVE.map((_, index) => run(LIVE.slice(0, index + 1)).last);
  assert.deepEqual(commands, [["prepare"], ["open"], ["greet"], ["ready"]]);
  assert.deepEqual(run(LIVE).state, { phase: "live", attempt: 0 });
});

test("a lost connection waits half a second and prepares again", () => {
  assert.deepEqual(run([...LIVE, "lost"]).last, ["close", { wait: 500 }]);
  assert.deepEqual(run([...LIVE, "lost", "due"]).last, ["prepare"]);
});

test("delays double up to the longest and have jitter", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map((attempt) => backOff(attempt, 1)), [500, 1000, 2000, 4000, 8000, 15000, 15000]);
  assert.equal(backOff(3, 0), 2000);
});

test("failures in a row count until a welcome", () => {
  const failing: ConnectionEvent[] = ["start", "unprepared", "due", "prepared", "lost", "due", "prepared", "opened", "stuck"];
  assert.equal(run(failing).state.attempt, 3);
  assert.deepEqual(run(failing).last, ["close", { wait: 2000 }]);
  assert.equal(run([...failing, "due", "prepared", "opened", "welcomed"]).state.attempt, 0);
});

test("a service that takes nothing just now closes the socket at once and is left in peace for a while", () => {
  assert.deepEqual(run([...LIVE, "busy"]).last, ["close", { wait: BUSY_DELAY }]);
  assert.deepEqual(run([...LIVE, "busy"], 0).last, ["close", { wait: BUSY_DELAY / 2 }]);
  assert.deepEqual(run([...LIVE, "busy", "lost"]).last, [], "the end of the socket is no second failure");
  assert.deepEqual(run([...LIVE, "busy", "due", "prepared", "opened", "welcomed"]).last, ["ready"]);
  assert.deepEqual(run([...LIVE, "busy", "start"]).last, ["prepare"], "new words need not wait");
});

test("the network coming back ends the wait, and changes nothing while live", () => {
  assert.deepEqual(run([...LIVE, "offline"]).last, ["close", { wait: LONGEST_DELAY }]);
  assert.deepEqual(run([...LIVE, "offline", "wake"]).last, ["prepare"]);
  assert.deepEqual(run([...LIVE, "wake"]).last, []);
});

test("an event of an earlier life changes nothing", () => {
  for (const event of ["prepared", "opened", "welcomed", "lost", "stuck", "busy"] as const) {
    assert.deepEqual(run([...LIVE, "lost", event]).state.phase, "waiting");
    assert.deepEqual(run([...LIVE, "stop", event]).state.phase, "stopped");
  }
});

test("in every phase a stop closes and a later start connects", () => {
  for (let length = 0; length <= LIVE.length; length += 1) {
    assert.deepEqual(run([...LIVE.slice(0, length), "stop"]).last, ["close"]);
    assert.deepEqual(run([...LIVE.slice(0, length), "stop", "start"]).last, ["prepare"]);
  }
});
