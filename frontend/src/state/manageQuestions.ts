/** The four questions of the first screen: a figure with its range, or the sentence why there is none. Pure. */
import type { AnnotatorRow, CurvePoint, ModelState, Progress, ProjectSettings, Quality } from '../api/types'
import { count, duration, percent } from './format'
import { rangeOrReason } from './expected'
import { LEVEL, MODEL_LEVEL, decimal, decimalRange, metricName, percentRange } from './manageFormat'
import { say } from '../words/say'
import { t } from '../words/spoken.svelte'

export interface Answer {
  /** null when there is nothing to show yet; `lines` then say why. */
  figure: string | null
  range: string
  lines: string[]
  /** It rests on too little to be shown large. */
  isThin?: boolean
}

const none = (...lines: string[]): Answer => ({ figure: null, range: '', lines })

/** Below so many test items a figure is a first impression: its interval is some thirty points wide. */
const FEW_TESTED = 30

const isShare = (metric: string): boolean => metric === 'accuracy'

/** Whether an earlier version than the newest predicts and chooses: the learning curve is then not that version's. */
export const servesEarlier = (model: ModelState): boolean => model.serving !== null && model.serving.version !== model.version

/** How good is the model that serves? Only the protected random slice can say; `whyUnmeasured` is the service's own word on the newest. */
export function modelAnswer(model: ModelState, whyUnmeasured = ''): Answer {
  const { version, performance, agreement } = model.serving ?? model
  if (version === null) return none(say(model.version_because ?? t.manage.noModelYet, model.version_said), t.manage.annotationsSoFar(model.annotations))
  const earlier = servesEarlier(model) ? [t.manage.servesNotTheNewest(version, model.version ?? version)] : []
  if (performance === null) return none(...earlier, t.manage.modelIsNotMeasured(version), whyUnmeasured || t.manage.itIsTestedOn)
  const { metric, estimate, low, high, n } = performance
  return {
    figure: isShare(metric) ? percent(estimate) : decimal(estimate),
    range: isShare(metric) ? percentRange(low, high) : decimalRange(low, high),
    isThin: n < FEW_TESTED,
    lines: [
      ...earlier,
      t.manage.metricInterval(metricName(metric), MODEL_LEVEL),
      n < FEW_TESTED ? t.manage.onFewProtected(n) : t.manage.onProtected(n),
      ...(agreement && isShare(metric) ? [matchText(agreement)] : []),
    ],
  }
}

/** How often the model matches people's answers, and what that says of it. */
function matchText({ estimate, n, corrected }: NonNullable<ModelState['agreement']>): string {
  return (corrected ? t.manage.correctedForMistakes : t.manage.uncheckedMistakes)(count(Math.round(estimate * n)), count(n))
}

/**
 * How good are the labels? The expected share of right answers in the consensus; where no item has two answers and none is
 * known (`isMeasured` false) that is only what is assumed of people beforehand.
 */
export function labelsAnswer(quality: Quality, annotations = 0, isMeasured = true): Answer {
  const { expected_right, items_with_consensus, in_doubt, low } = quality
  if (expected_right === null) {
    // Answers are counted at once, and looked at a moment later.
    if (items_with_consensus === 0 && annotations > 0) return none(t.manage.notEstimatedYet)
    return items_with_consensus === 0
      ? none(t.manage.noItemHasAn)
      : none(t.manage.notEstimatedYet, t.manage.answeredTheNextQuality(items_with_consensus))
  }
  return {
    figure: percent(expected_right),
    range: low === null ? '' : rangeOrReason(quality),
    isThin: !isMeasured,
    lines: [...(isMeasured ? [] : [t.manage.notMeasuredYet]), low === null ? t.manage.expectedRightAnd(rangeOrReason(quality)) : t.manage.expectedRightInterval(LEVEL), t.manage.ofItemsAnswered(items_with_consensus), t.manage.inDoubt(count(in_doubt))],
  }
}

/** A 90 % range of what an hour brings when `n` came in the last one (Poisson, Anscombe's square root). */
export function paceRange(n: number): [low: number, high: number] {
  const root = Math.sqrt(n + 3 / 8)
  const low = Math.max(0, root - 1.645 / 2) ** 2 - 1 / 8
  return [Math.max(0, low), (root + 1.645 / 2) ** 2 + 1 / 8]
}

const UNITS: readonly [name: keyof typeof t.manage.spans, seconds: number][] = [['day', 86_400], ['hour', 3600], ['minute', 60]]

/** "8–14 days", "1 hour or more": how long `votes` take at an hourly pace between two bounds. */
function timeFor(votes: number, [low, high]: readonly [number, number], units = UNITS): string {
  const shortest = (votes / high) * 3600
  const [name, size] = units.find(([, seconds]) => shortest >= 2 * seconds) ?? (['minute', 60] as const)
  const from = Math.max(1, Math.round(shortest / size))
  if (low === 0) return t.manage.orMore(t.manage.spans[name](from))
  const to = Math.max(from, Math.round((votes / low) * 3600 / size))
  return from === to ? t.manage.about(t.manage.spans[name](from)) : `${count(from)}–${t.manage.spans[name](to)}`
}

/** The typical time of whoever gave the answer at this share of all answers, the quickest people first. */
function secondsAt(share: number, timed: readonly { annotations: number; seconds: number }[]): number {
  let rest = share * timed.reduce((sum, one) => sum + one.annotations, 0)
  return timed.find((one) => (rest -= one.annotations) <= 0)?.seconds ?? 0
}

/** What the rest costs in people's time, as fast as those are who gave the middle half of the answers; nothing before anybody's time is known. */
function workLeft(left: number, people: readonly AnnotatorRow[]): string[] {
  const timed = people.flatMap(({ annotations, median_seconds: seconds }) => (seconds ? [{ annotations, seconds }] : [])).sort((a, b) => a.seconds - b.seconds)
  if (left === 0 || timed.length === 0) return []
  return [t.manage.workLeft(timeFor(left, [3600 / secondsAt(0.75, timed), 3600 / secondsAt(0.25, timed)], UNITS.slice(1)))]
}

/** How many answers an item gets in the ordinary course, averaged over all. */
export const answersAnItem = ({ overlap, overlap_share }: Pick<ProjectSettings, 'overlap' | 'overlap_share'>): number => 1 + (overlap - 1) * overlap_share

const NEARLY = 0.999

/**
 * How far are we? Counted in items where each gets one answer; else in the answers that are wanted, which move from the first one on, whatever
 * second opinions and answers to known items came besides. What came in, how long the rest takes at the pace of the last hour, and what it costs in
 * people's time.
 */
export function progressAnswer(progress: Progress, answersEach: number, isPaused = false, people: readonly AnnotatorRow[] = []): Answer {
  const { annotations, annotations_today } = progress
  if (progress.items === 0) return none(t.manage.thereAreNoItems, t.manage.bringAFileIn)
  const { items, items_finished } = asked(progress)
  if (items === 0) return none(t.manage.onlyKnownItems)
  const rest = [isPaused ? t.manage.pausedNoForecast : pace(progress), ...workLeft(progress.answers_left, people)]
  const done = t.manage.itemsDone(count(items_finished), items)
  if (answersEach === 1) {
    return { figure: percent(items_finished / items), range: done, lines: [t.manage.annotationsToday(annotations, count(annotations_today)), ...rest] }
  }
  const complete = t.manage.itemsComplete(count(items_finished), items)
  const today = t.manage.todayOnly(annotations_today)
  const { answers_wanted: wanted, answers_left: left } = progress
  const share = items_finished === items ? 1 : Math.min((wanted - left) / wanted, NEARLY)
  return { figure: percent(share), range: t.manage.answersOf(count(wanted - left), wanted), lines: [complete, today, ...rest] }
}

/** The items that wait for answers, and how many have them all; a known item is a check and waits for none. */
function asked(progress: Progress): Pick<Progress, 'items' | 'items_finished'> {
  return { items: progress.items - progress.gold_items, items_finished: progress.items_finished - progress.gold_finished }
}

/** An hour that is not over yet says nothing of the hours to come. */
function pace(progress: Progress): string {
  const { annotations, annotations_last_hour: lastHour } = progress
  const { items, items_finished } = asked(progress)
  const itemsLeft = items - items_finished
  if (itemsLeft === 0) return t.manage.everyItemHasIts
  if (lastHour === 0) return t.manage.noAnnotationInThe
  if (lastHour >= annotations) return t.manage.tooEarly
  const time = timeFor(Math.max(progress.answers_left, itemsLeft), paceRange(lastHour))
  return t.manage.toGoAtAn(time, count(lastHour))
}

/** "6 labels, 9 s behind", and whether that is late enough to say so in amber. */
export function freshness(model: ModelState): { text: string; isLate: boolean } {
  if (model.labels_behind === 0) return { text: t.manage.upToDate, isLate: false }
  const text = t.manage.behind(model.labels_behind, duration(model.seconds_behind))
  return { text, isLate: model.seconds_behind > 60 }
}

/** The trend of the model's own curve for a small line; empty below two points. */
export function trend(points: readonly CurvePoint[], most = 12): number[] {
  const active = points.filter((point) => point.arm === 'active').sort((a, b) => a.annotations - b.annotations)
  return active.length < 2 ? [] : active.slice(-most).map((point) => point.estimate)
}
