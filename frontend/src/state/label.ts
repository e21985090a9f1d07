import type { AnswerValue, EmptyBecause, Item } from '../api/types'
import { sameAnswer } from './answers'
import { enqueue, SKIP_GRACE_MS, type Act, type Asked, type Outgoing, type Refused } from './outbox'

/** One item as a question on the screen. */
export interface Card extends Asked {
  assignment: number
  item: Item
  /** When this page heard of the lease; the clock of the service may differ. */
  leasedAt: number
  /** The answer it already has, when it came back to be changed. */
  given: AnswerValue | null
}

/** An answer given earlier, newest first in the history. */
export interface Past {
  assignment: number
  item: Item
  value: AnswerValue
  at: number
}

export interface LabelState {
  /** Items taken back or opened from the history, the one on screen last. They come before `ready`. */
  again: readonly Card[]
  /** Leased items, the one on screen first. */
  ready: readonly Card[]
  past: readonly Past[]
  outbox: readonly Outgoing[]
  refused: readonly Refused[]
  empty: { because: EmptyBecause; nextReleaseAt: string | null } | null
  /** Assignments acted on lately: a late answer to "what is open" must not bring them back. */
  done: readonly number[]
  today: number
  /** About how many answers the project still wants, and of how many: as the service said last, less those given here since; null until it has said. */
  toGo: { left: number; wanted: number } | null
}

export const N_PAST = 20
export const N_DONE = 200

/** What is left once so many more answers were given; checks count like all others, so that nothing tells them. Whether nothing is left, only the service knows. */
export const lessLeft = (known: LabelState['toGo'], given: number): LabelState['toGo'] =>
  known && known.left > 0 ? { ...known, left: Math.max(1, Math.min(known.left - given, known.wanted)) } : known

export const EMPTY_STATE: LabelState = { again: [], ready: [], past: [], outbox: [], refused: [], empty: null, done: [], today: 0, toGo: null }

/** The card on the screen, or null. */
export const current = (state: LabelState): Card | null => state.again.at(-1) ?? state.ready[0] ?? null

const sameValue = (a: AnswerValue | null, b: AnswerValue): boolean => a !== null && sameAnswer(a, b)

/** The history with one answer more, newest first. */
export function remembering(past: readonly Past[], one: Past): Past[] {
  const others = past.filter((other) => other.assignment !== one.assignment)
  return [...others, one].sort((a, b) => b.at - a.at).slice(0, N_PAST)
}

function withoutCurrent(state: LabelState): Pick<LabelState, 'again' | 'ready'> {
  return state.again.length ? { again: state.again.slice(0, -1), ready: state.ready } : { again: [], ready: state.ready.slice(1) }
}

function acted(state: LabelState, card: Pick<Card, 'assignment' | 'item' | 'given'>, act: Act, now: number, asked: Asked | null = null): Pick<LabelState, 'outbox' | 'done'> {
  const notBefore = act.kind === 'skip' ? now + SKIP_GRACE_MS : now
  const entry = { assignment: card.assignment, item: card.item, act, at: now, notBefore, isFirst: card.given === null, asked }
  return { outbox: enqueue(state.outbox, entry), done: [...state.done, card.assignment].slice(-N_DONE) }
}

/** The state after answering the card on the screen, also in place of an answer that came back; nothing to send when a taken-back answer is given again as it was. */
export function answer(state: LabelState, value: AnswerValue, seconds: number, now: number): LabelState {
  const card = current(state)
  if (!card) return state
  if (sameValue(card.given, value)) return keep(state, now)
  return {
    ...state,
    ...withoutCurrent(state),
    ...acted(state, card, { kind: 'answer', value, seconds }, now),
    past: remembering(state.past, { assignment: card.assignment, item: card.item, value, at: now }),
    refused: state.refused.filter((one) => one.assignment !== card.assignment),
    today: state.today + (card.given ? 0 : 1),
    toGo: lessLeft(state.toGo, card.given ? 0 : 1),
  }
}

/** The state after skipping the card on the screen; an answered one cannot be skipped any more. */
export function skip(state: LabelState, reason: string | null, now: number): LabelState {
  const card = current(state)
  if (!card || card.given) return state
  const { reason: why, suggestion, modelVersion } = card
  const asked = { reason: why, suggestion, modelVersion }
  return { ...state, ...withoutCurrent(state), ...acted(state, card, { kind: 'skip', reason }, now, asked) }
}

/** The taken-back card goes back as it was answered before. */
export function keep(state: LabelState, now: number): LabelState {
  const card = state.again.at(-1)
  if (!card?.given) return state
  const { assignment, item, given: value } = card
  return { ...state, again: state.again.slice(0, -1), past: remembering(state.past, { assignment, item, value, at: now }) }
}

const NOT_SAID: Asked = { reason: null, suggestion: null, modelVersion: null }

const cardAgain = (item: Item, assignment: number, given: AnswerValue | null, asked: Asked | null): Card => ({
  assignment, item, given, ...(asked ?? NOT_SAID), leasedAt: 0,
})

/** The skip that Backspace would take back: later than the last answer and still here. */
export function revocableSkip(state: LabelState, sending: number | null): Outgoing | null {
  const since = state.past[0]?.at ?? -Infinity
  return state.outbox.findLast(({ act, assignment, at }) => act.kind === 'skip' && assignment !== sending && at >= since) ?? null
}

/**
 * The state with the last thing done back on the screen. A waiting skip is undone; an answer stands until another is given.
 * `sending` is the assignment on its way to the service: a skip that left cannot be undone.
 */
export function takeBack(state: LabelState, sending: number | null): LabelState {
  const skipped = revocableSkip(state, sending)
  if (skipped) {
    return {
      ...state,
      again: [...state.again, cardAgain(skipped.item, skipped.assignment, null, skipped.asked)],
      outbox: state.outbox.filter((one) => one !== skipped),
      done: state.done.filter((assignment) => assignment !== skipped.assignment),
    }
  }
  return state.past[0] ? open(state, state.past[0].assignment) : state
}

/** The state with an answer of the history on the screen, to be changed or kept. */
export function open(state: LabelState, assignment: number): LabelState {
  const past = state.past.find((one) => one.assignment === assignment)
  if (!past) return state
  return { ...state, again: [...state.again, cardAgain(past.item, assignment, past.value, null)], past: state.past.filter((one) => one !== past) }
}

/** The state after changing an answer inside the history; its place in the list stays. */
export function revise(state: LabelState, assignment: number, value: AnswerValue, now: number): LabelState {
  const past = state.past.find((one) => one.assignment === assignment)
  if (!past || sameValue(past.value, value)) return state
  return {
    ...state,
    ...acted(state, { ...past, given: past.value }, { kind: 'answer', value, seconds: 0 }, now),
    past: state.past.map((one) => (one === past ? { ...past, value } : one)),
  }
}
