/* The tour of the labelling page: four things to try, each ticked off by doing it. Pure. */

import { t } from '../words/spoken.svelte'

export interface Seen {
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

/** Where fingers answer nothing is said of keys. */
export const STOPS_BY_TOUCH: readonly Stop[] = [
  { get words() { return t.label.readTheItemThenTap }, command: null, isDone: (seen) => seen.hasAnswered },
  { get words() { return t.label.aSlipTakeBack }, command: null, isDone: (seen) => seen.hasTakenBack },
  { get words() { return t.label.inDoubtTapGuidelines }, command: null, isDone: (seen) => seen.drawer === 'guidelines' },
  { get words() { return t.label.historyKeeps }, command: null, isDone: (seen) => seen.drawer === 'history' },
]

export const STOPS: readonly Stop[] = [
  { get words() { return t.label.readTheItemThen }, command: null, isDone: (seen) => seen.hasAnswered },
  { get words() { return t.label.aSlipThisTakes }, command: 'take-back', isDone: (seen) => seen.hasTakenBack },
  { get words() { return t.label.inDoubtLookAt }, command: 'guidelines', isDone: (seen) => seen.drawer === 'guidelines' },
  { get words() { return t.label.everythingHasAKey }, command: 'keys', isDone: (seen) => seen.dialog === 'keys' },
]

/** Where the tour goes on, by what was kept of it: a reload does not teach again what was done. */
export const begins = (kept: string | null): number => (kept === 'ended' ? STOPS.length : Math.min(Number(kept) || 0, STOPS.length))

/** The stop after `at`, once that is done; `stops.length` at the end. */
export const following = (at: number, seen: Seen, stops = STOPS): number => (stops[at]?.isDone(seen) ? at + 1 : at)
