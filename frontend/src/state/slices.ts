/** Agreement cut by class, person, pair and week: rows of one table, whatever the cut. Pure. */
import type { AgreeingShare, AgreementSlices } from '../api/quality'
import { percent } from './format'
import type { Figure } from './models'
import { percentRange } from './manageFormat'
import { t } from '../words/spoken.svelte'

export const CUTS = ['class', 'person', 'pair', 'week'] as const
export type Cut = (typeof CUTS)[number]

export interface SliceRow {
  name: string
  figure: Figure
  n: number
}

function figureOf({ value, low, high }: AgreeingShare, why: string): Figure {
  if (value === null) return { value: '–', range: '', interval: null, why }
  if (low === null || high === null) return { value: percent(value), range: t.manage.notKnownYet, interval: null, why: '' }
  return { value: percent(value), range: percentRange(low, high), interval: { estimate: value, low, high }, why: '' }
}

const row = (name: string, share: AgreeingShare, why = t.manage.notKnownYetNo): SliceRow => ({ name, figure: figureOf(share, why), n: share.n })

/** The least agreeing first, what is unknown last. */
const worstFirst = (rows: SliceRow[]): SliceRow[] =>
  rows.sort((a, b) => (a.figure.interval?.estimate ?? 2) - (b.figure.interval?.estimate ?? 2) || a.name.localeCompare(b.name))

/** The rows of one cut; weeks in their order, the newest first. */
export function sliceRows(slices: AgreementSlices, cut: Cut): SliceRow[] {
  switch (cut) {
    case 'class':
      return worstFirst(slices.by_class.map((one) => row(one.class, one, t.manage.notGivenByTwo)))
    case 'person':
      return worstFirst(slices.by_person.map((one) => row(one.username, one)))
    case 'pair':
      return worstFirst(slices.by_pair.map((one) => row(t.manage.and(one.annotators[0] ?? '', one.annotators[1] ?? ''), one)))
    case 'week':
      return slices.by_week.map((one) => row(t.manage.fromWeek(one.week), one)).reverse()
  }
}
