import type { Assignment, Assignments, MyAnnotations } from '../api/types'
import { lessLeft, N_DONE, N_PAST, remembering, type Card, type LabelState, type Past } from './label'
import { enqueue, type Outgoing, type Refused } from './outbox'

/* What the service says changes the state here; what the person does, in label.ts. */

export const READY_TARGET = 3
/** For whoever works where the network comes and goes. */
export const FAR_TARGET = 12
const MOST_LEASES = 20

function cardOf(lease: Assignment, leasedAt: number): Card {
  const { id, item, reason, suggestion, model_version } = lease
  return { assignment: id, item, reason, suggestion, modelVersion: model_version, leasedAt, given: null }
}

/** The state with newly leased items behind those already here; what is on the screen stays. */
export function leased(state: LabelState, answered: Assignments, now: number): LabelState {
  const known = new Set([...state.done, ...state.again.map((one) => one.assignment), ...state.ready.map((one) => one.assignment)])
  const fresh = answered.assignments.filter((one) => !known.has(one.id)).map((one) => cardOf(one, now))
  const because = answered.empty_because
  return {
    ...state,
    ready: [...state.ready, ...fresh],
    empty: because ? { because, nextReleaseAt: answered.next_release_at ?? null } : null,
  }
}

/** The state without leases that have run out: others may hold those items now. `keepFirst` spares the one being read. */
export function withoutExpired(state: LabelState, leaseMs: number, now: number, keepFirst: boolean): LabelState {
  const ready = state.ready.filter((one, i) => (keepFirst && i === 0) || now - one.leasedAt < leaseMs)
  return ready.length === state.ready.length ? state : { ...state, ready }
}

/** How many leases to ask for so that `target` are ready: open ones come first, so those not yet answered for count too. */
export function leasesWanted(state: LabelState, closing: number | null = null, target = READY_TARGET): number {
  if (state.ready.length >= target) return 0
  const open = state.outbox.filter((one) => one.isFirst && one.assignment !== closing).length
  const unanswered = state.again.filter((one) => !one.given).length
  return Math.min(MOST_LEASES, target + open + unanswered)
}

/** The state after the service confirmed `version` of an act; a newer act on the same assignment still has to go. */
export function sent(state: LabelState, assignment: number, version: number): LabelState {
  const outbox = state.outbox.flatMap((one) => {
    if (one.assignment !== assignment) return [one]
    return one.version > version ? [{ ...one, isFirst: false }] : []
  })
  return { ...state, outbox }
}

/** The state after the service refused: the answer is kept with the reason. A refused skip changes nothing for anybody. */
export function refuse(state: LabelState, assignment: number, error: { code: string; message: string }): LabelState {
  const entry = state.outbox.find((one) => one.assignment === assignment)
  if (!entry) return state
  const outbox = state.outbox.filter((one) => one !== entry)
  if (entry.act.kind === 'skip') return { ...state, outbox }
  return {
    ...state,
    outbox,
    refused: [...state.refused, { ...entry, code: error.code, message: error.message }],
    past: state.past.filter((one) => one.assignment !== assignment),
    done: state.done.filter((one) => one !== assignment),
    today: state.today - (entry.isFirst ? 1 : 0),
    toGo: lessLeft(state.toGo, entry.isFirst ? -1 : 0),
  }
}

/** The state with a refused answer waiting to be sent once more. */
export function retry(state: LabelState, assignment: number, now: number): LabelState {
  const entry = state.refused.find((one) => one.assignment === assignment)
  if (!entry || entry.act.kind !== 'answer') return state
  const { item, act, isFirst, at } = entry
  return {
    ...letGo(state, assignment),
    outbox: enqueue(state.outbox, { assignment, item, act, isFirst, at, notBefore: now, asked: null }),
    past: remembering(state.past, { assignment, item, value: act.value, at }),
    done: [...state.done, assignment].slice(-N_DONE),
    ready: state.ready.filter((one) => one.assignment !== assignment),
    today: state.today + (isFirst ? 1 : 0),
    toGo: lessLeft(state.toGo, isFirst ? 1 : 0),
  }
}

export const letGo = (state: LabelState, assignment: number): LabelState => ({
  ...state,
  refused: state.refused.filter((one) => one.assignment !== assignment),
})

/** The state with what this device kept from before a reload. */
export function restored(state: LabelState, outbox: readonly Outgoing[], refused: readonly Refused[]): LabelState {
  const past = outbox.reduce<readonly Past[]>(
    (known, { assignment, item, act, at }) => (act.kind === 'answer' ? remembering(known, { assignment, item, value: act.value, at }) : known),
    state.past,
  )
  const waiting = new Set(outbox.map((one) => one.assignment))
  return {
    ...state,
    past,
    outbox: [...outbox, ...state.outbox.filter((one) => !waiting.has(one.assignment))],
    refused,
    done: [...state.done, ...waiting],
    ready: state.ready.filter((one) => !waiting.has(one.assignment)),
  }
}

/**
 * The state with the history of the service, and with what it says of how much is left. Answers given on this page keep their order and, while they wait, their value;
 * others come behind them, whatever their time says: a wrong clock or a slow line must not make an old answer the last one.
 */
export function recalled(state: LabelState, history: MyAnnotations): LabelState {
  const ours = new Set([...state.outbox, ...state.again, ...state.refused].map((one) => one.assignment))
  const theirs = new Map(history.results.filter((one) => !ours.has(one.assignment)).map((one) => [one.assignment, one]))
  const local = state.past.map((one): Past => ({ ...one, value: theirs.get(one.assignment)?.value ?? one.value }))
  const known = new Set(local.map((one) => one.assignment))
  const oldest = Math.min(...local.map((one) => one.at))
  const past = [...theirs.values()]
    .filter((one) => !known.has(one.assignment))
    .map(({ assignment, item, value, updated_at }, i): Past => ({ assignment, item, value, at: Math.min(Date.parse(updated_at), oldest - 1 - i) }))
  return { ...state, past: [...local, ...past].slice(0, N_PAST), toGo: history.project }
}

/** The state with today's count of the service, to which answers are added that it has not got yet. */
export function counted(state: LabelState, history: MyAnnotations): LabelState {
  const arrived = new Set(history.results.map((one) => one.assignment))
  const waiting = state.outbox.filter((one) => one.act.kind === 'answer' && one.isFirst && !arrived.has(one.assignment))
  return { ...state, today: history.today + waiting.length }
}
