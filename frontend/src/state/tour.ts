/* The tour of the labelling page: four things to try, each ticked off by doing it. Pure. */

import type { Kind } from '../api/types'
import { t } from '../words/spoken.svelte'

export interface Seen {
  /** In this session: there is an answer to take back. */
  hasAnswered: boolean
  hasTakenBack: boolean
  drawer: string | null
  dialog: string | null
}

interface Stop {
  readonly words: string
  /** The command whose key is shown. */
  command: string | null
  isDone: (seen: Seen) => boolean
}

const N_STOPS = 4

/** How an answer of the kind is made; one key, or one tap, where nothing else is said. */
const making = (kind: Kind, how: Partial<Record<Kind, string>>, byOneKey: string): string => how[kind] ?? byOneKey

const byKeys = (kind: Kind): Stop[] => [
  { get words() { return making(kind, t.label.tourMakes, t.label.readTheItemThen) }, command: null, isDone: (seen) => seen.hasAnswered },
  { get words() { return kind === 'text' ? t.label.aSlipAfterEsc : t.label.aSlipThisTakes }, command: 'take-back', isDone: (seen) => seen.hasTakenBack },
  { get words() { return t.label.inDoubtLookAt }, command: 'guidelines', isDone: (seen) => seen.drawer === 'guidelines' },
  { get words() { return t.label.everythingHasAKey }, command: 'keys', isDone: (seen) => seen.dialog === 'keys' },
]

/** Where fingers answer nothing is said of keys. */
const byTouch = (kind: Kind): Stop[] => [
  { get words() { return making(kind, t.label.tourMakesByTouch, t.label.readTheItemThenTap) }, command: null, isDone: (seen) => seen.hasAnswered },
  { get words() { return t.label.aSlipTakeBack }, command: null, isDone: (seen) => seen.hasTakenBack },
  { get words() { return t.label.inDoubtTapGuidelines }, command: null, isDone: (seen) => seen.drawer === 'guidelines' },
  { get words() { return t.label.historyKeeps }, command: null, isDone: (seen) => seen.drawer === 'history' },
]

export const stopsOf = (kind: Kind, isByTouch: boolean): readonly Stop[] => (isByTouch ? byTouch(kind) : byKeys(kind))

/**
 * Where the tour goes on, by what was kept of it: a reload does not teach again what was done. Only taking back waits for
 * an answer of this session: before there is one, the tour says how to give it.
 */
export function begins(kept: string | null): number {
  const at = kept === 'ended' ? N_STOPS : Math.min(Number(kept) || 0, N_STOPS)
  return at === 1 ? 0 : at
}

/** The stop after `at`, once that is done; `stops.length` at the end. */
export const following = (at: number, seen: Seen, stops: readonly Stop[]): number => (stops[at]?.isDone(seen) ? at + 1 : at)
