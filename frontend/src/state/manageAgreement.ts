/** Agreement as rows of a table: a value with its range, or why it is not defined. Pure. */
import type { Agreement, Coefficient, Interval } from '../api/types'
import type { AgreeingShare, AgreementSlices } from '../api/quality'
import { toCsv } from './csv'
import { decimal, decimalRange } from './manageFormat'
import { say } from '../words/say'
import { t } from '../words/spoken.svelte'

export interface AgreementRow {
  name: string
  /** What it measures, in plain words; empty for one that is not known here. */
  means: string
  value: string
  range: string
  interval: Interval | null
  /** "not defined because …"; empty when there is a value. */
  why: string
}

const NAMES: Readonly<Record<string, string>> = {
  krippendorff_alpha: 'Krippendorff α',
  cohen_kappa: 'Cohen κ',
  fleiss_kappa: 'Fleiss κ',
  scott_pi: 'Scott π',
  gwet_ac1: 'Gwet AC1',
}

function rowOf(key: string, coefficient: Coefficient): AgreementRow {
  const name = NAMES[key] ?? t.manage.coefficients[key] ?? key.replaceAll('_', ' ')
  const means = t.manage.means[key] ?? ''
  const { value, low, high, undefined_because, undefined_said } = coefficient
  if (value === null) return { name, means, value: '–', range: '', interval: null, why: t.manage.notDefinedBecause(say(undefined_because ?? t.manage.noReasonGiven, undefined_said)) }
  if (low === null || high === null) return { name, means, value: decimal(value), range: t.manage.noIntervalForThis, interval: null, why: '' }
  return { name, means, value: decimal(value), range: decimalRange(low, high), interval: { estimate: value, low, high }, why: '' }
}

/** Rows that lack a value for the same reason, as one: it is said once. */
function joined(rows: readonly AgreementRow[]): AgreementRow[] {
  const first = new Map<string, AgreementRow>()
  for (const row of rows) {
    const before = row.why ? first.get(row.why) : undefined
    first.set(row.why || row.name, before ? { ...before, name: `${before.name}, ${row.name}`, means: '' } : row)
  }
  return [...first.values()]
}

/** The known coefficients in a fixed order, then any other under its own name. */
export function agreementRows(agreement: Agreement): AgreementRow[] {
  const given = Object.keys(agreement.coefficients)
  const known = Object.keys(NAMES).filter((key) => given.includes(key))
  const others = given.filter((key) => !(key in NAMES))
  const rows = [...known, ...others].flatMap((key) => {
    const coefficient = agreement.coefficients[key]
    return coefficient ? [rowOf(key, coefficient)] : []
  })
  return joined(rows)
}

/** All that is known of the agreement, one figure a row: of coefficients, slices and classes that get mixed up. */
export function agreementCsv(agreement: Agreement & AgreementSlices): string {
  const { coefficients, items_with_overlap, percent, percent_low, percent_high, confused_pairs } = agreement
  const slice = (of: string, name: string, { value, low, high, n }: AgreeingShare) => [of, name, value, low, high, n]
  return toCsv([
    ['of', 'name', 'value', 'low', 'high', 'n'],
    ['all', 'agreeing_pairs', percent, percent_low, percent_high, items_with_overlap],
    ...Object.entries(coefficients).map(([name, { value, low, high }]) => ['all', name, value, low, high, items_with_overlap]),
    ...agreement.by_class.map((one) => slice('class', one.class, one)),
    ...agreement.by_person.map((one) => slice('person', one.username, one)),
    ...agreement.by_pair.map((one) => slice('pair', one.annotators.join(' / '), one)),
    ...agreement.by_week.map((one) => slice('week', one.week, one)),
    ...confused_pairs.map(({ classes, share, low, high, count }) => ['mixed_up', classes.join(' / '), share, low, high, count]),
  ])
}

/** Where the scale of the drawn intervals starts: the tenth below the lowest end. */
export function scaleStart(rows: readonly AgreementRow[]): number {
  const lows = rows.flatMap((row) => row.interval?.low ?? [])
  return lows.length ? Math.max(-1, Math.floor(Math.min(...lows) * 10 - 0.01) / 10) : 0
}
