import type { EmptyBecause, Kind, ModelState, Reason } from '../api/types'
import type { LabelState } from './label'
import { count, duration, plural } from './format'
import { plainQuestion } from './options'

/* The sentences around the question. */

export type Link = 'online' | 'offline' | 'silent' | 'signed_out'
export type Tone = '' | 'good' | 'warn' | 'bad'

/** What the bar says about the person's work, worst first. */
export function savedState({ outbox, refused }: Pick<LabelState, 'outbox' | 'refused'>, link: Link, now: number): { tone: Tone; text: string } {
  const waiting = outbox.filter((one) => one.notBefore <= now).length
  const here = waiting ? ` · ${count(waiting)} waiting on this device` : ''
  if (refused.length) return { tone: 'bad', text: `${plural(refused.length, 'answer')} came back` }
  if (link === 'offline') return { tone: 'warn', text: `Offline${here}` }
  if (link === 'silent') return { tone: 'warn', text: `No answer${here}` }
  if (link === 'signed_out') return { tone: 'warn', text: `Signed out${here}` }
  return waiting ? { tone: '', text: `Saving ${count(waiting)}` } : { tone: 'good', text: 'Saved' }
}

const LATE_SECONDS = 300

/** The model's freshness: "Model 41 · 6 labels behind", amber when it has been late for five minutes. */
export function freshness(model: ModelState): { tone: Tone; text: string } {
  const isLate = model.labels_behind > 0 && model.seconds_behind >= LATE_SECONDS
  const behind = model.labels_behind ? `${plural(model.labels_behind, 'label')} behind` : 'up to date'
  const since = isLate ? `, ${duration(model.seconds_behind)}` : ''
  const name = model.version === null ? 'No model yet' : `Model ${model.version}`
  return { tone: isLate ? 'warn' : '', text: model.version === null && !model.labels_behind ? name : `${name} · ${behind}${since}` }
}

export interface Why {
  /** Pieces of one short line; the odd ones are names of classes. */
  line: readonly string[]
  detail: string
}

const CHANCE = 'Some items are drawn by chance, so that the figures about the model and the labels stay honest. The model had no say in this one.'
const SECOND = 'Somebody has answered this item already. A second, independent answer shows how sure the label is.'

/** Why an item is here. Checks with a known answer read like any item drawn by chance: who is checked must not notice. */
export function whyHere(reason: Reason | null, given: boolean): Why {
  if (given) return { line: ['You answered this one. Choose again, or keep it.'], detail: 'You took this answer back, or opened it from the history. It stands until you give another.' }
  switch (reason?.kind) {
    case 'uncertain': {
      const [a = '', b = ''] = reason.classes
      if (!b) return { line: ['The model is not sure of ', a], detail: `An answer here teaches the model most: it cannot tell whether ${a} fits.` }
      const gap = reason.margin === undefined ? '' : ` Its two best guesses lie ${plural(Math.round(100 * reason.margin), 'point')} apart.`
      return { line: ['The model hesitates between ', a, ' and ', b], detail: `An answer here teaches the model most: it cannot tell ${a} from ${b} in this text.${gap} It may be neither.` }
    }
    case 'unsure_spans':
      return {
        line: [reason.n_spans ? `The model is unsure about ${plural(reason.n_spans, 'span')} in this text` : 'The model is unsure about this text'],
        detail: 'An answer here teaches the model most. What it would mark is marked already: change what is wrong.',
      }
    case 'rare':
      return { line: ['A search for an answer that few have given'], detail: `The model has seen little of ${reason.class} and looks where it might be. Most finds are something else.` }
    case 'shuffle':
      return { line: ['In random order'], detail: 'The model has no preference yet, or has run out of questions, so items come in a fixed random order.' }
    case 'overlap':
    case 'relabel':
      return { line: ['A second opinion'], detail: SECOND }
    case 'training':
      return { line: ['Part of your training'], detail: 'The answer to this item is known. You are told at once whether yours is the same.' }
    default:
      return { line: ['Drawn by chance'], detail: CHANCE }
  }
}

/** The question above the answers: the first line of the guidelines when it asks one. */
export function questionOf(guidelines: string, kind: Kind = 'choice'): string {
  const first = guidelines.trimStart().split('\n', 1)[0]?.replace(/^#+\s*/, '').trim() ?? ''
  return first.endsWith('?') && first.length <= 120 ? first : plainQuestion(kind)
}

/** When to ask again while there is nothing to do: at the next release when it is known, else gently slower and slower. */
export function askAgainMs(because: EmptyBecause, nextReleaseAt: string | null, tries: number, now: number): number {
  const release = because === 'all_leased' && nextReleaseAt ? Date.parse(nextReleaseAt) - now + 500 : Number.NaN
  const gentle = Math.min(60_000, 5000 * 1.5 ** tries)
  return Number.isFinite(release) ? Math.min(Math.max(release, 2000), gentle) : gentle
}

const PACE_WINDOW_MS = 5 * 60_000

const LEAST_SPAN_MS = 20_000

/** Answers a minute over the last five minutes, or null before five answers and twenty seconds. */
export function pace(stamps: readonly number[], now: number): number | null {
  const recent = stamps.filter((at) => now - at < PACE_WINDOW_MS)
  const span = now - (recent[0] ?? now)
  return recent.length < 5 || span < LEAST_SPAN_MS ? null : recent.length / (span / 60_000)
}
