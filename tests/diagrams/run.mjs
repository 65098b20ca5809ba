// SPDX-License-Identifier: Apache-2.0
// Runs a machine configuration in XState. Standard input: {"machine": configuration, "sequences": [[event, ...], ...]},
// where an event is {"type": name, "holds": {guard: boolean}}. Prints the states of each sequence, the first one included.
import { initialTransition, setup, transition } from "xstate";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { machine: config, sequences } = JSON.parse(Buffer.concat(chunks).toString("utf8"));

const holds = ({ event }, { when, unless }) =>
  when.every((name) => event.holds[name]) && !unless.some((name) => event.holds[name]);
const guards = {};
for (const state of Object.values(config.states)) {
  for (const transitions of Object.values(state.on)) {
    for (const { guard } of transitions) if (guard) guards[guard.type] = holds;
  }
}

const machine = setup({ guards }).createMachine(config);
const states = sequences.map((events) => {
  let [snapshot] = initialTransition(machine);
  const seen = [snapshot.value];
  for (const event of events) {
    [snapshot] = transition(machine, snapshot, event);
    if (snapshot.status !== "active") throw new Error(`the machine is ${snapshot.status} in ${snapshot.value}`);
    seen.push(snapshot.value);
  }
  return seen;
});
process.stdout.write(JSON.stringify(states));
