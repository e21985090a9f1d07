/** The learning curve as a chart, as a table and as CSV: the same figures three times. Pure. */
import type { Arm, CurvePoint, Interval, LearningCurve } from '../api/types'
import { toCsv } from './csv'
import { count } from './format'
import { decimal, decimalRange, metricName } from './manageFormat'
import { say } from '../words/say'
import { t } from '../words/spoken.svelte'

export interface CurveRow {
  annotations: number
  metric: string
  active: CurvePoint | null
  random: CurvePoint | null
}

/** One row for each number of annotations, rising; the newest metric only, so that one axis fits all. */
export function curveRows(points: readonly CurvePoint[]): CurveRow[] {
  const metric = points.at(-1)?.metric ?? ''
  const rows = new Map<number, CurveRow>()
  for (const point of points) {
    if (point.metric !== metric) continue
    const row = rows.get(point.annotations) ?? { annotations: point.annotations, metric, active: null, random: null }
    rows.set(point.annotations, { ...row, [point.arm]: point })
  }
  return [...rows.values()].sort((a, b) => a.annotations - b.annotations)
}

/** From how many answers on the model's accuracy is corrected for people's mistakes; null where it always or never is. */
export function correctedFrom(rows: readonly CurveRow[]): number | null {
  const measured = rows.filter((row) => row.active !== null)
  const first = measured.findIndex((row) => row.active?.corrected)
  return first > 0 ? (measured[first]?.annotations ?? null) : null
}

export type Column = (number | null)[]

/** Columns for the chart: annotations, then estimate, low, high of the active arm and of the random arm. */
export function curveColumns(rows: readonly CurveRow[]): [number[], Column, Column, Column, Column, Column, Column] {
  const of = (arm: Arm, field: keyof Interval): Column => rows.map((row) => row[arm]?.[field] ?? null)
  return [
    rows.map((row) => row.annotations),
    of('active', 'estimate'), of('active', 'low'), of('active', 'high'),
    of('random', 'estimate'), of('random', 'low'), of('random', 'high'),
  ]
}

const LOWEST_STEP = 0.1

/** The range of the y axis: down to the next tenth below what is drawn; up to 1 where figures are shares. */
export function curveScale(rows: readonly CurveRow[]): [low: number, high: number] {
  const points = rows.flatMap((row) => [row.active, row.random]).filter((point) => point !== null)
  if (points.length === 0) return [0, 1]
  const low = Math.min(...points.map((point) => point.low))
  const high = Math.max(...points.map((point) => point.high))
  const floor = Math.max(0, Math.floor(low / LOWEST_STEP) * LOWEST_STEP)
  return [floor, high <= 1 ? 1 : Math.ceil(high)]
}

const FIELDS = ['estimate', 'low', 'high', 'n'] as const
const ARMS = ['active', 'random'] as const

export function curveCsv(rows: readonly CurveRow[]): string {
  const heads = ['annotations', 'metric', ...ARMS.flatMap((arm) => FIELDS.map((field) => `${arm}_${field}`))]
  const lines = rows.map((row) => [row.annotations, row.metric, ...ARMS.flatMap((arm) => FIELDS.map((field) => row[arm]?.[field] ?? null))])
  return toCsv([heads, ...lines])
}

/** "0.931 (0.904–0.953)", or why there is none. */
export const pointText = (point: CurvePoint | null): string =>
  point ? `${decimal(point.estimate)} (${decimalRange(point.low, point.high)})` : '–'

/** One sentence that says what the picture shows. */
export function curveSummary(rows: readonly CurveRow[]): string {
  const last = (arm: Arm): CurvePoint | null => rows.findLast((row) => row[arm] !== null)?.[arm] ?? null
  const [active, random] = [last('active'), last('random')]
  if (!active) return t.manage.noFiguresYet
  const start = t.manage.ofTheModelsQuestions(metricName(active.metric), pointText(active), count(active.annotations))
  const arms = random ? t.manage.randomControlAt(start, pointText(random), count(random.annotations)) : t.manage.noRandomControlYet(start)
  const from = correctedFrom(rows)
  return from === null ? arms : t.manage.alsoCorrected(arms, t.manage.correctedFrom(count(from)))
}

/** Whether to go on, as the service advises it; of a paused project what holds once it goes on. Empty without advice. */
export function adviceText(advice: LearningCurve['advice'] | undefined, isPaused: boolean): string {
  if (!advice) return ''
  const text = say(advice.text, advice.said)
  return isPaused ? t.manage.onceItGoesOn(text) : text
}

/** What asking the model saved, with its range; negative savings are said as what they are. */
export function savedText(curve: LearningCurve): { text: string; tone: 'good' | 'info' } | null {
  const saved = curve.labels_saved
  if (saved === null) return null
  const range = `(${t.manage.range(Math.round(saved.low), Math.round(saved.high)).replaceAll('-', '−')})`
  if (saved.low > 0) return { tone: 'good', text: t.manage.labelsSavedSoFar(count(saved.estimate), range) }
  return { tone: 'info', text: t.manage.labelsSavedAgainstA(count(Math.round(saved.estimate)).replace('-', '−'), range) }
}
