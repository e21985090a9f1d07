/** The four questions of the first screen: a figure with its range, or the sentence why there is none. Pure. */
import type { CurvePoint, ModelState, Progress, Quality } from '../api/types'
import { count, duration, percent, plural } from './format'
import { MODEL_LEVEL, decimal, decimalRange, metricName, percentRange } from './manageFormat'

export interface Answer {
  /** null when there is nothing to show yet; `lines` then say why. */
  figure: string | null
  range: string
  lines: string[]
}

const none = (...lines: string[]): Answer => ({ figure: null, range: '', lines })

const isShare = (metric: string): boolean => metric === 'accuracy'

/** How good is the model? Only the protected random slice can say; `whyUnmeasured` is the service's own word. */
export function modelAnswer(model: ModelState, whyUnmeasured = ''): Answer {
  const { performance } = model
  if (model.version === null) return none(model.version_because ?? 'No model yet.', `${plural(model.annotations, 'annotation')} so far.`)
  if (performance === null) return none(`Model ${model.version} is not measured yet.`, whyUnmeasured || 'It is tested on the protected random items; too few have answers so far.')
  const { metric, estimate, low, high, n } = performance
  return {
    figure: isShare(metric) ? percent(estimate) : decimal(estimate),
    range: isShare(metric) ? percentRange(low, high) : decimalRange(low, high),
    lines: [`${metricName(metric)}, ${MODEL_LEVEL} interval`, `on ${plural(n, 'protected random item')}`],
  }
}

/** How good are the labels? The expected share of right answers in the consensus. */
export function labelsAnswer(quality: Quality): Answer {
  const { expected_right, low, high, items_with_consensus, in_doubt } = quality
  if (expected_right === null) {
    return items_with_consensus === 0
      ? none('No item has an answer yet.')
      : none('Not estimated yet.', `${plural(items_with_consensus, 'item')} answered; the next quality run looks at them.`)
  }
  return {
    figure: percent(expected_right),
    range: low === null || high === null ? 'range not known yet' : percentRange(low, high),
    lines: [`of ${plural(items_with_consensus, 'item')} expected right`, `${count(in_doubt)} in doubt`],
  }
}

/** A 90 % range of what an hour brings when `n` came in the last one (Poisson, Anscombe's square root). */
export function paceRange(n: number): [low: number, high: number] {
  const root = Math.sqrt(n + 3 / 8)
  const low = Math.max(0, root - 1.645 / 2) ** 2 - 1 / 8
  return [Math.max(0, low), (root + 1.645 / 2) ** 2 + 1 / 8]
}

const UNITS: readonly [name: string, seconds: number][] = [['day', 86_400], ['hour', 3600], ['minute', 60]]

/** "8–14 days", "1 hour or more": how long `votes` take at an hourly pace between two bounds. */
function timeFor(votes: number, [low, high]: readonly [number, number]): string {
  const shortest = (votes / high) * 3600
  const [name, size] = UNITS.find(([, seconds]) => shortest >= 2 * seconds) ?? ['minute', 60]
  const from = Math.max(1, Math.round(shortest / size))
  if (low === 0) return `${plural(from, name)} or more`
  const to = Math.max(from, Math.round((votes / low) * 3600 / size))
  return from === to ? `about ${plural(from, name)}` : `${count(from)}–${plural(to, name)}`
}

/** How far are we? Finished items, what came in, and how long the rest takes at the pace of the last hour. */
export function progressAnswer(progress: Progress, overlap: number): Answer {
  const { items, items_finished, annotations, annotations_today, annotations_last_hour } = progress
  if (items === 0) return none('There are no items yet.', 'Bring a file in Settings.')
  const today = `${plural(annotations, 'annotation')}, ${count(annotations_today)} today`
  return {
    figure: percent(items_finished / items),
    range: `${count(items_finished)} of ${plural(items, 'item')}`,
    lines: [today, pace(items * overlap - annotations, items - items_finished, annotations_last_hour)],
  }
}

function pace(votesLeft: number, itemsLeft: number, lastHour: number): string {
  if (itemsLeft === 0) return 'Every item has its answers.'
  if (lastHour === 0) return 'No annotation in the last hour, so no forecast.'
  const time = timeFor(Math.max(votesLeft, itemsLeft), paceRange(lastHour))
  return `${time} to go at ${count(lastHour)} an hour`
}

/** "6 labels, 9 s behind", and whether that is late enough to say so in amber. */
export function freshness(model: ModelState): { text: string; isLate: boolean } {
  if (model.labels_behind === 0) return { text: 'up to date', isLate: false }
  const text = `${plural(model.labels_behind, 'label')}, ${duration(model.seconds_behind)} behind`
  return { text, isLate: model.seconds_behind > 60 }
}

/** The trend of the model's own curve for a small line; empty below two points. */
export function trend(points: readonly CurvePoint[], most = 12): number[] {
  const active = points.filter((point) => point.arm === 'active').sort((a, b) => a.annotations - b.annotations)
  return active.length < 2 ? [] : active.slice(-most).map((point) => point.estimate)
}
