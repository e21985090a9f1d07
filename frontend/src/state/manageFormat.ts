/** How a manager's figures are written: with their ranges, rounded, but never into certainty. Adds to format.ts. */
import { count, percent, score } from './format'
import { t } from '../words/spoken.svelte'

export const LEVEL = percent(0.9, 0)
/** Models are measured with wider intervals than people and labels. */
export const MODEL_LEVEL = percent(0.95, 0)

/** A share 0–1 as whole percent, for tables; never rounded to a perfect 100 or to none at all. */
export function wholePercent(share: number): string {
  if (share > 0 && share < 0.005) return `< ${percent(0.01, 0)}`
  return share < 1 && share >= 0.995 ? `> ${percent(0.99, 0)}` : percent(share, 0)
}

/** "94.1–98.2%". */
export const percentRange = (low: number, high: number, digits = 1): string =>
  `${score(100 * low, digits)}–${percent(high, digits)}`

/** Scores with a real minus sign. */
export const decimal = (value: number): string => score(value).replace('-', '−')

/** Ranges with a negative end are written with "to", because a dash beside a minus cannot be read. */
export function decimalRange(low: number, high: number): string {
  return `${decimal(low)}${low < 0 ? t.manage.toBeyond : '–'}${decimal(high)}`
}

/** A range of whole numbers, such as labels: "410–900", "−20 to 90". */
export const signedRange = ({ low, high }: { low: number; high: number }): string =>
  `${count(low).replace('-', '−')}${low < 0 ? t.manage.toBeyond : '–'}${count(high).replace('-', '−')}`

/** A difference of two shares in whole points, with its sign: "+8", "−3". */
export const points = (change: number): string => `${change < 0 ? '−' : '+'}${count(Math.round(Math.abs(change) * 100))}`

/** Seconds somebody needed for an answer: "1.1 s", "46 s". */
export const answerTime = (seconds: number): string => t.manage.seconds(score(seconds, seconds < 10 ? 1 : 0))

/** How sure a flag or a label is, in whole percent; never certain, either way. */
export const sureness = (value: number): string => wholePercent(Math.min(Math.max(value, 0.001), 0.999))

/** "likely wrong: > 99%": what is said of an answer wherever it is doubted. */
export const likelyWrong = (probability: number): string => t.review.likelyWrong(sureness(probability))

const MOST_ODDS = 1_000_000
const LEAST_ODDS = 1_000

/** Natural log odds as odds: "340 : 1" for, "1 : 24" against; in words where hardly anything speaks for it. */
export function odds(logOdds: number): string {
  if (logOdds < -Math.log(LEAST_ODDS)) return t.manage.noSignOfIt
  const isBeyond = logOdds > Math.log(MOST_ODDS)
  const ratio = count(isBeyond ? MOST_ODDS : Math.round(Math.exp(Math.abs(logOdds))))
  return logOdds >= 0 ? `${isBeyond ? '> ' : ''}${ratio} : 1` : `1 : ${ratio}`
}

/** The metric's name for people; an unknown one is shown as it came. */
export const metricName = (metric: string): string => t.manage.metrics[metric] ?? metric.replaceAll('_', ' ')
