import { ApiError, explain } from '../api/errors'
import type { AnswerValue, Item, Reason, Suggestion } from '../api/types'
import { t } from '../words/spoken.svelte'

/** What a person did to one assignment. */
export type Act = { kind: 'answer'; value: AnswerValue; seconds: number } | { kind: 'skip'; reason: string | null }

/** Why an item was asked, and what came with it. */
export interface Asked {
  reason: Reason | null
  suggestion: Suggestion | null
  modelVersion: number | null
}

/** An act that the service has not confirmed yet. At most one waits per assignment; a newer one takes its place. */
export interface Outgoing {
  assignment: number
  item: Item
  act: Act
  /** Rises when the act is replaced, so that the confirmation of an older one does not remove a newer one. */
  version: number
  at: number
  /** Not sent before: a skip stays a few seconds so that it can be taken back. */
  notBefore: number
  /** The first answer to its item; revisions do not count towards today. */
  isFirst: boolean
  /** Of an item that was skipped: an undone skip asks as before. */
  asked: Asked | null
}

/** An act the service refused for good: kept with the reason until the person lets it go. */
export interface Refused extends Outgoing {
  code: string
  message: string
}

/** How long a skip can be taken back. After that the item is somebody else's. */
export const SKIP_GRACE_MS = 4000

/** `outbox` with this act waiting last, in place of an older act on the same assignment. */
export function enqueue(outbox: readonly Outgoing[], entry: Omit<Outgoing, 'version'>): Outgoing[] {
  const older = outbox.find((one) => one.assignment === entry.assignment)
  const rest = outbox.filter((one) => one !== older)
  const isFirst = older?.act.kind === 'answer' ? older.isFirst : entry.isFirst
  return [...rest, { ...entry, isFirst, version: (older?.version ?? 0) + 1 }]
}

/** The oldest act that may go out now, or null. */
export function nextToSend(outbox: readonly Outgoing[], now: number): Outgoing | null {
  return outbox.find((one) => one.notBefore <= now) ?? null
}

/** Milliseconds until an act becomes due; null when none waits for its time. */
export function nextDueIn(outbox: readonly Outgoing[], now: number): number | null {
  return outbox.length ? Math.max(0, Math.min(...outbox.map((one) => one.notBefore)) - now) : null
}

/** What a person reads of an answer that was refused: what happened, and what she can do. The answer itself is kept beside it. */
export function whyRefused(error: ApiError): string {
  if (error.status === 404) return t.label.theProjectWasDeleted
  const isOfGoneClass = error.code === 'stale_schema' || Object.keys(error.fields).some((name) => name.startsWith('value') && name.endsWith('class'))
  const why = explain(error)
  return isOfGoneClass ? t.label.theClassesHaveChanged(why) : why
}

export type Fate = 'again' | 'signed_out' | 'refused'

/** What a failed sending means: try the same again, log in first, or give the answer back to the person. */
export function fateOf(error: unknown): Fate {
  if (!(error instanceof ApiError) || error.isTemporary) return 'again'
  return error.status === 401 || error.code === 'second_factor_required' ? 'signed_out' : 'refused'
}

const LONGEST_PAUSE_MS = 15_000

/** The pause before the next try: doubling to 15 s, spread by `random` (0–1), or what the service asked for. */
export function pauseMs(failures: number, retryAfter: number | null, random: number): number {
  if (retryAfter !== null) return retryAfter * 1000
  return Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures) * (0.75 + random / 2)
}

/** What must be written and removed so that a store holding `before` holds `after`; compared by identity. */
export function difference<T extends { assignment: number }>(before: readonly T[], after: readonly T[]): { write: T[]; erase: number[] } {
  const kept = new Set(after.map((one) => one.assignment))
  return {
    write: after.filter((one) => !before.includes(one)),
    erase: before.map((one) => one.assignment).filter((assignment) => !kept.has(assignment)),
  }
}
