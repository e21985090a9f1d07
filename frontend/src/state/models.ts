/** Trained versions in words: their figures, how two differ, and what pinning one will do, said before it is done. Pure. */
import type { ClassFigures, Comparison, Drift, F1, ModelDetail, ModelRow, Outlook, ReliabilityBin } from '../api/models'
import type { Interval, Performance } from '../api/types'
import { count, percent, score } from './format'
import { decimal, decimalRange, metricName, percentRange } from './manageFormat'
import { say } from '../words/say'
import { t } from '../words/spoken.svelte'

export interface Figure {
  value: string
  range: string
  interval: Interval | null
  /** Why there is no figure; empty when there is one. */
  why: string
}

const missing = (why: string): Figure => ({ value: '–', range: '', interval: null, why: t.models.missing(why) })

const shown = (found: Interval): Figure => ({ value: decimal(found.estimate), range: decimalRange(found.low, found.high), interval: found, why: '' })

const asPercent = (found: Interval): Figure => ({ value: percent(found.estimate), range: percentRange(found.low, found.high), interval: found, why: '' })

/** What was measured on the protected random items; shares in percent. */
export function performanceFigure(found: Performance | null): Figure {
  if (!found) return missing(t.models.tooFewProtectedRandom)
  return found.metric === 'accuracy' ? asPercent(found) : shown(found)
}

/** What an accuracy was corrected from, or that it could not be corrected for people's mistakes; empty for other measures. */
export function correctedText({ performance, agreement }: Pick<ModelDetail, 'performance' | 'agreement'>): string {
  if (performance?.metric !== 'accuracy' || !agreement) return ''
  const same = count(Math.round(agreement.estimate * agreement.n)), n = count(agreement.n)
  return agreement.corrected ? t.models.correctedFrom(percent(performance.estimate), same, n) : t.models.uncheckedFrom(same, n)
}

export function f1Figure(found: F1 | null): Figure {
  return found?.macro ? shown(found.macro) : missing(t.models.aClassHasNo)
}

/** Precision, recall and F1 of a class, each with its range or the reason why it has none: no test item measures nothing. */
export function classFigures(row: ClassFigures): Record<'precision' | 'recall' | 'f1', Figure> {
  const never = t.models.theModelHasNot
  const none = t.models.noProtectedItemIs
  if (row.n === 0) return { precision: missing(none), recall: missing(none), f1: missing(none) }
  return {
    precision: row.precision ? shown(row.precision) : missing(never),
    recall: row.recall ? shown(row.recall) : missing(none),
    f1: row.f1 ? shown(row.f1) : missing(never),
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

const points = (share: number): string => `${share < 0 ? '−' : '+'}${score(Math.abs(100 * share), 1)}`
const pointsRange = ({ low, high }: Interval): string => t.models.range(points(low), points(high))

/** Two sentences on whether the model is outgrown by what comes in now. */
export function driftLines(drift: Drift | null, classes: readonly string[]): { text: string; isClear: boolean }[] {
  const newest = drift?.newest
  const shift = drift?.shift
  return [
    newest
      ? { text: t.models.newerProtectedItemsAgainst(points(newest.estimate), pointsRange(newest)), isClear: newest.high < 0 }
      : { text: t.models.newerItemsAgainstOlder, isClear: false },
    shift
      ? { text: (shift.is_clear ? t.models.shifted : t.models.shiftedPerhaps)(classes[shift.column] ?? '?', points(shift.estimate), pointsRange(shift)), isClear: shift.is_clear }
      : { text: t.models.meanOfClassesNot, isClear: false },
  ]
}

/** The rise that the next labels are expected to bring, or why nobody can say. */
export function gainFigure(outlook: Outlook): Figure {
  const gain = outlook.expected_gain
  if (!gain) return missing(t.models.itTakesSeveralModels)
  return { value: t.models.nPoints(points(gain.estimate)), range: pointsRange(gain), interval: gain, why: '' }
}

/** Between which two versions predictions were compared: seldom those that one chooses to compare. */
export function comparedText({ stability, stability_between: pair }: Pick<Outlook, 'stability' | 'stability_between'>): string {
  const [earlier, later] = pair ?? []
  return earlier && later ? t.models.betweenModels(earlier, later, stability.length > 1) : t.models.onFixedItems
}

/** What a model thinks of itself, marked as such. */
export const beliefText = (belief: Performance | null): string =>
  belief ? t.models.fromLabelsItChose(metricName(belief.metric), percent(belief.estimate), percentRange(belief.low, belief.high)) : t.models.notKnownYetToo

const FIRST_SHOWN = 3

/** The versions that a short list shows: the newest few, what serves or is pinned, what is looked at, and the best measured. */
export function shortList(rows: readonly ModelRow[], looked: number | null): ModelRow[] {
  const best = rows.reduce<ModelRow | null>((one, row) => ((row.performance?.estimate ?? 0) > (one?.performance?.estimate ?? 0) ? row : one), null)
  const short = rows.filter((row, i) => i < FIRST_SHOWN || row.is_serving || row.is_pinned || row.number === looked || row.number === best?.number)
  return rows.length - short.length > 1 ? short : [...rows]
}

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
  if (!serving || after.why || before.why) return t.models.modelAndTheOne(next.number)
  return t.models.measuredAtItsTraining(after.value, after.range, serving.number, before.value, before.range)
}

/** What will happen when this version is pinned, in sentences. */
export function pinWords(next: ModelRow, serving: ModelRow | undefined): string[] {
  return [
    serving && serving.number !== next.number ? t.models.predictsInPlace(next.number, serving.number) : t.models.predictsFromNow(next.number),
    ...(serving?.number === next.number ? [] : [measuredLine(next, serving)]),
    t.models.trainingGoesOnAnd,
    t.models.noAnswerChangesUnpin,
  ]
}

/** What will happen when nothing is pinned any more. */
export function unpinWords(pinned: ModelRow, newest: ModelRow | undefined): string[] {
  if (!newest || newest.number === pinned.number) return [t.models.modelIsTheNewest(pinned.number)]
  return [
    t.models.modelTheNewestPredicts(newest.number, pinned.number),
    measuredLine(newest, pinned),
    t.models.noAnswerChanges,
  ]
}

/** Which of two versions is better, as far as the protected items can tell. */
export function verdict(found: Comparison): string {
  const [first, second] = found.versions
  const paired = found.protected
  if (found.because) return say(found.because, found.said)
  if (!paired) return t.models.notKnownYetNo
  const { difference, p_value, n } = paired
  const chance = p_value < 0.001 ? t.models.lessThan(percent(0.001)) : percent(p_value)
  const figures = t.models.modelMinusModelPoints(second.number, first.number, points(difference.estimate), pointsRange(difference), n)
  const better = difference.low > 0 ? second : difference.high < 0 ? first : null
  if (!better) return t.models.thatDoesNotTell(figures)
  return t.models.modelIsBetterBetween(figures, better.number, chance)
}
