import type { EmptyBecause, Kind, ModelState, Reason } from '../api/types'
import type { LabelState } from './label'
import { count, duration, score } from './format'
import { plainQuestion } from './options'
import { t } from '../words/spoken.svelte'

/* The sentences around the question. */

export type Link = 'online' | 'offline' | 'silent' | 'signed_out'
export type Tone = '' | 'good' | 'warn' | 'bad'

/** What the bar says about the person's work, worst first. */
export function savedState({ outbox, refused }: Pick<LabelState, 'outbox' | 'refused'>, link: Link, now: number): { tone: Tone; text: string } {
  const waiting = outbox.filter((one) => one.notBefore <= now).length
  const here = waiting ? t.label.waitingOnThisDevice(count(waiting)) : ''
  if (refused.length) return { tone: 'bad', text: t.label.cameBack(refused.length) }
  if (link === 'offline') return { tone: 'warn', text: t.label.offline(here) }
  if (link === 'silent') return { tone: 'warn', text: t.label.noAnswer(here) }
  if (link === 'signed_out') return { tone: 'warn', text: t.label.signedOut(here) }
  return waiting ? { tone: '', text: t.label.saving(count(waiting)) } : { tone: 'good', text: t.label.saved }
}

const LATE_SECONDS = 300

/** The model's freshness: "Model 41 · 6 labels behind", amber when it has been late for five minutes. */
export function freshness(model: ModelState): { tone: Tone; text: string } {
  const isLate = model.labels_behind > 0 && model.seconds_behind >= LATE_SECONDS
  const behind = model.labels_behind ? t.label.behind(model.labels_behind) : t.label.upToDate
  const since = isLate ? t.label.since(duration(model.seconds_behind)) : ''
  const name = model.version === null ? t.label.noModelYet : t.label.model(model.version)
  return { tone: isLate ? 'warn' : '', text: model.version === null && !model.labels_behind ? name : `${name} · ${behind}${since}` }
}

export interface Why {
  /** Pieces of one short line; the odd ones are names of classes. */
  line: readonly string[]
  detail: string
}

/** What the strategy of a project looked for, where that is not doubt between classes; null where it is. */
export function aimOf({ strategy = '' }: { strategy?: string }): { line: string; detail: string } | null {
  const isCallable = /\W/.test(strategy)
  return isCallable ? t.label.chosenBy(strategy) : (t.label.aims[strategy] ?? null)
}

/** Why an item is here. Checks with a known answer read like any item drawn by chance: who is checked must not notice. */
export function whyHere(reason: Reason | null, given: boolean): Why {
  if (given) return { line: [t.label.youAnsweredThisOne], detail: t.label.youTookThisAnswer }
  switch (reason?.kind) {
    case 'uncertain': {
      const aim = aimOf(reason)
      if (aim) return { line: [aim.line], detail: aim.detail }
      const [a = '', b = ''] = reason.classes
      if (!b) return { line: t.label.notSureOf(a), detail: t.label.cannotTellWhether(a) }
      const gap = reason.margin === undefined ? '' : t.label.itsTwoBestGuesses(Math.round(100 * reason.margin))
      return { line: t.label.hesitates(a, b), detail: t.label.cannotTell(a, b, gap) }
    }
    case 'unsure_spans':
      return {
        line: [reason.n_spans ? t.label.theModelIsUnsure(reason.n_spans) : t.label.theModelIsUnsureAbout],
        detail: t.label.marksTeach,
      }
    case 'rare':
      return { line: [t.label.aSearchForAn], detail: t.label.theModelHasSeen(reason.class) }
    case 'shuffle':
      return { line: [t.label.inRandomOrder], detail: t.label.theModelHasNo }
    case 'predicted':
      return { line: [t.label.aModelOutsideIsNotSure], detail: t.label.itsPredictionIsLeastSure }
    case 'low_confidence':
      return { line: [t.label.notSureInUse], detail: t.label.somebodyAskedTheModel }
    case 'overlap':
      return { line: [t.label.askedOfSeveral], detail: t.label.severalAreAsked }
    case 'second_opinion':
    case 'relabel':
      return { line: [t.label.aSecondOpinion], detail: t.label.somebodyHasAnsweredThis }
    case 'training':
      return { line: [t.label.partOfYourTraining], detail: t.label.theAnswerToThis }
    default:
      return { line: [t.label.drawnByChance], detail: t.label.someItemsAreDrawn }
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

/** What is left is told in steps; this is the last one. */
const FEWEST_TOLD = 10

/** Rounded up to tens, and to two digits, as the service does. */
function roughly(left: number): number {
  const step = Math.max(FEWEST_TOLD, 10 ** (String(left).length - 2))
  return Math.ceil(left / step) * step
}

const PACE_WINDOW_MS = 5 * 60_000

const LEAST_SPAN_MS = 20_000

/**
 * How much the project still asks for, in words and as the share that is done; null while that is not known. Nothing is
 * said while there is nothing for this person; where every item has its answers, all is done, whatever was counted before.
 */
export function toGo({ toGo: known, empty }: Pick<LabelState, 'toGo' | 'empty'>): { text: string; done: number } | null {
  if (!known?.wanted) return null
  if (empty?.because === 'finished') return { text: '', done: 1 }
  const { left, wanted } = known
  const text = left > FEWEST_TOLD ? t.label.left(count(Math.min(roughly(left), wanted))) : t.label.fewLeft(count(FEWEST_TOLD))
  return { text: left && !empty ? text : '', done: 1 - left / wanted }
}

/** Answers a minute over the last five minutes, or null before five answers and twenty seconds. */
export function pace(stamps: readonly number[], now: number): number | null {
  const recent = stamps.filter((at) => now - at < PACE_WINDOW_MS)
  const span = now - (recent[0] ?? now)
  return recent.length < 5 || span < LEAST_SPAN_MS ? null : recent.length / (span / 60_000)
}

/** The pace as it is read: whole answers from ten on. */
export const paceInWords = (perMinute: number): string => t.label.aMinute(score(perMinute, perMinute < 9.95 ? 1 : 0))
