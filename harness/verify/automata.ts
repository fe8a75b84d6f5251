/**
 * The ports of one server as interface automata. Each says, state by state, what may come in from
 * the port and what the machine may say to it; whatever is not listed is illegal. The product of
 * all of them with the machine is what an exploration walks through.
 */
import type { PortName } from './breach.ts';

/** An event, and the state after it. */
export type Ways = Readonly<Record<string, string>>;

export interface PortState {
  readonly in: Ways;
  readonly out: Ways;
}

export interface Automaton {
  readonly start: string;
  readonly states: Readonly<Record<string, PortState>>;
}

const votes = { RequestVoteReply: 'standing', AppendEntriesReply: 'standing' } as const;

/** What a server says while it owes a reply, and the reply. */
function owing(state: string, reply: string): PortState {
  return { in: {}, out: { [reply]: 'idle', answer: state } };
}

/** Legal by port; `watch.ts` and `ports.ts` hold what needs more memory than a state. */
export const automata: Readonly<Record<PortName, Automaton>> = {
  control: {
    start: 'off',
    states: {
      off: { in: { online: 'on' }, out: {} },
      on: { in: { offline: 'closing', crash: 'off' }, out: { speak: 'on' } },
      // Timers are disarmed on the way out.
      closing: { in: {}, out: { speak: 'closing', closed: 'off' } },
    },
  },
  electionTimer: {
    start: 'stopped',
    states: {
      stopped: { in: { late: 'stopped' }, out: { arm: 'running', disarm: 'stopped' } },
      running: {
        in: { late: 'running', timeout: 'stopped' },
        out: { arm: 'running', disarm: 'stopped' },
      },
    },
  },
  heartbeatTimer: {
    start: 'stopped',
    states: {
      stopped: { in: { late: 'stopped' }, out: { arm: 'running', disarm: 'stopped' } },
      running: { in: { late: 'running', timeout: 'stopped' }, out: { disarm: 'stopped' } },
    },
  },
  storage: {
    start: 'idle',
    states: {
      idle: { in: {}, out: { persist: 'writing' } },
      writing: { in: { persisted: 'idle' }, out: { persist: 'writing' } },
    },
  },
  configuration: {
    start: 'known',
    states: { known: { in: {}, out: { speakTo: 'known' } } },
  },
  outgoing: {
    start: 'quiet',
    states: {
      quiet: {
        in: { RequestVoteReply: 'quiet', AppendEntriesReply: 'quiet' },
        out: { stand: 'standing', lead: 'leading', follow: 'quiet' },
      },
      standing: {
        in: votes,
        out: { RequestVote: 'standing', stand: 'standing', lead: 'leading', follow: 'quiet' },
      },
      leading: {
        in: { RequestVoteReply: 'leading', AppendEntriesReply: 'leading' },
        out: { AppendEntries: 'leading', follow: 'quiet' },
      },
    },
  },
  incoming: {
    start: 'idle',
    states: {
      idle: {
        in: { RequestVote: 'owesVote', AppendEntries: 'owesAppend', ClientRequest: 'idle' },
        out: { answer: 'idle' },
      },
      owesVote: owing('owesVote', 'RequestVoteReply'),
      owesAppend: owing('owesAppend', 'AppendEntriesReply'),
    },
  },
  rules: {
    start: 'minority',
    states: {
      minority: { in: { vote: 'minority', majority: 'majority' }, out: {} },
      majority: { in: { vote: 'majority' }, out: { lead: 'minority' } },
    },
  },
};

export const portNames: readonly PortName[] = [
  'control',
  'electionTimer',
  'heartbeatTimer',
  'storage',
  'configuration',
  'outgoing',
  'incoming',
  'rules',
];

/** The state after the event; null: it is illegal there. */
export function nextState(
  automaton: Automaton,
  state: string,
  event: { readonly way: 'in' | 'out'; readonly name: string },
): string | null {
  return automaton.states[state]?.[event.way][event.name] ?? null;
}

/** What is wrong with an automaton itself, as sentences: dead ends, states that nothing leads to. */
export function automatonFaults({ start, states }: Automaton): readonly string[] {
  const found: string[] = [];
  const reached = new Set([start]);
  for (const name of reached) {
    const state = states[name];
    const after = [...Object.values(state?.in ?? {}), ...Object.values(state?.out ?? {})];
    if (state === undefined) found.push(`there is no state ${name}`);
    else if (after.length === 0) found.push(`nothing can happen in the state ${name}`);
    for (const each of after) reached.add(each);
  }
  for (const name of Object.keys(states)) {
    if (!reached.has(name)) found.push(`nothing leads to the state ${name}`);
  }
  return found;
}
