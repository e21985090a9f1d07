/** Trained versions in words: their figures, how two differ, and what pinning one will do, said before it is done. Pure. */
import type { ClassFigures, Comparison, Drift, F1, ModelRow, Outlook, ReliabilityBin } from '../api/models'
import type { Interval, Performance } from '../api/types'
import { percent, plural } from './format'
import { decimal, decimalRange, metricName, percentRange } from './manageFormat'

export interface Figure {
  value: string
  range: string
  interval: Interval | null
  /** Why there is no figure; empty when there is one. */
  why: string
}

const missing = (why: string): Figure => ({ value: '–', range: '', interval: null, why: `Not known yet: ${why}` })

const shown = (found: Interval): Figure => ({ value: decimal(found.estimate), range: decimalRange(found.low, found.high), interval: found, why: '' })

const asPercent = (found: Interval): Figure => ({ value: percent(found.estimate), range: percentRange(found.low, found.high), interval: found, why: '' })

/** What was measured on the protected random items; shares in percent. */
export function performanceFigure(found: Performance | null): Figure {
  if (!found) return missing('too few protected random items had an answer when it was trained.')
  return found.metric === 'accuracy' ? asPercent(found) : shown(found)
}

export function f1Figure(found: F1 | null): Figure {
  return found?.macro ? shown(found.macro) : missing('a class has no protected item.')
}

/** Precision, recall and F1 of a class, each with its range or the reason why it has none. */
export function classFigures(row: ClassFigures): Record<'precision' | 'recall' | 'f1', Figure> {
  const never = 'the model has not said this class of a protected item.'
  const none = 'no protected item is in this class.'
  return {
    precision: row.precision ? shown(row.precision) : missing(never),
    recall: row.recall ? shown(row.recall) : missing(none),
    f1: row.f1 ? shown(row.f1) : missing(row.n === 0 ? none : never),
  }
}

export interface BinRow {
  said: string
  mean: string
  right: Figure
  n: number
  /** What it says lies outside of what was measured. */
  isOff: boolean
}

export const binRows = (bins: readonly ReliabilityBin[]): BinRow[] =>
  bins
    .filter((bin) => bin.n > 0)
    .map(({ low, high, n, confidence, right }) => ({
      said: percentRange(low, high, 0),
      mean: percent(confidence),
      right: asPercent(right),
      n,
      isOff: confidence < right.low || confidence > right.high,
    }))

const points = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)}`
const pointsRange = ({ low, high }: Interval): string => `${points(low)} to ${points(high)}`

/** Two sentences on whether the model is outgrown by what comes in now. */
export function driftLines(drift: Drift | null, classes: readonly string[]): { text: string; isClear: boolean }[] {
  const newest = drift?.newest
  const shift = drift?.shift
  return [
    newest
      ? { text: `Newer protected items against older ones: accuracy ${points(newest.estimate)} points (${pointsRange(newest)}).`, isClear: newest.high < 0 }
      : { text: 'Newer items against older ones: not known yet, because too few protected items have an answer.', isClear: false },
    shift
      ? { text: `“${classes[shift.column] ?? '?'}” is the class whose share moved most: ${points(shift.estimate)} points in the pool against the protected items (${pointsRange(shift)})${shift.is_clear ? '' : ', which may be chance'}.`, isClear: shift.is_clear }
      : { text: 'Share of classes: not known yet, because pool and protected items were not compared.', isClear: false },
  ]
}

/** The rise that the next labels are expected to bring, or why nobody can say. */
export function gainFigure(outlook: Outlook): Figure {
  const gain = outlook.expected_gain
  if (!gain) return missing('it takes several models, measured on enough protected items.')
  return { value: `${points(gain.estimate)} points`, range: pointsRange(gain), interval: gain, why: '' }
}

/** What a model thinks of itself, marked as such. */
export const beliefText = (belief: Performance | null): string =>
  belief ? `${metricName(belief.metric)} ${percent(belief.estimate)} (${percentRange(belief.low, belief.high)}), from labels it chose itself.` : 'Not known yet: too few labels.'

/** The version that rolling back would pin: the newest earlier one whose files are kept; null when there is none in sight. */
export function rollBackTarget(rows: readonly ModelRow[]): ModelRow | null {
  const serving = rows.find((row) => row.is_serving)
  if (!serving) return null
  const earlier = rows.filter((row) => row.number < serving.number && row.is_stored)
  return earlier.reduce<ModelRow | null>((best, row) => (best && best.number > row.number ? best : row), null)
}

function measuredLine(next: ModelRow, serving: ModelRow | undefined): string {
  const after = performanceFigure(next.performance)
  const before = performanceFigure(serving?.performance ?? null)
  if (!serving || after.why || before.why) return `Model ${next.number} and the one it replaces cannot be compared by figures: one was not measured.`
  return `Measured at its training: ${after.value} (${after.range}); model ${serving.number}: ${before.value} (${before.range}).`
}

/** What will happen when this version is pinned, in sentences. */
export function pinWords(next: ModelRow, serving: ModelRow | undefined): string[] {
  const instead = serving && serving.number !== next.number ? `, in place of model ${serving.number}` : ''
  return [
    `Model ${next.number} predicts and chooses the questions from now on${instead}.`,
    ...(serving?.number === next.number ? [] : [measuredLine(next, serving)]),
    'Training goes on and new versions are measured, but none of them serves until this one is unpinned.',
    'No answer changes. “Unpin” undoes it.',
  ]
}

/** What will happen when nothing is pinned any more. */
export function unpinWords(pinned: ModelRow, newest: ModelRow | undefined): string[] {
  if (!newest || newest.number === pinned.number) return [`Model ${pinned.number} is the newest and goes on serving, until the next training replaces it.`]
  return [
    `Model ${newest.number}, the newest, predicts and chooses in place of model ${pinned.number}; every later training replaces it.`,
    measuredLine(newest, pinned),
    'No answer changes.',
  ]
}

/** Which of two versions is better, as far as the protected items can tell. */
export function verdict(found: Comparison): string {
  const [first, second] = found.versions
  const paired = found.protected
  if (found.because) return found.because
  if (!paired) return 'Not known yet: no protected item has an answer that both were measured on.'
  const { difference, p_value, n } = paired
  const chance = p_value < 0.001 ? `less than ${percent(0.001)}` : percent(p_value)
  const figures = `Model ${second.number} minus model ${first.number}: ${points(difference.estimate)} points (${pointsRange(difference)}) on ${plural(n, 'protected item')}.`
  const better = difference.low > 0 ? second : difference.high < 0 ? first : null
  if (!better) return `${figures} That does not tell them apart.`
  return `${figures} Model ${better.number} is better; between equals such a gap has a chance of ${chance}.`
}
