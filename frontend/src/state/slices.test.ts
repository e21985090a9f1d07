import { describe, expect, it } from 'vitest'
import type { AgreementSlices, ExpectedExport } from '../api/quality'
import { exportFigure, exportRange, sendOutWords } from './expected'
import { sliceRows } from './slices'

const share = (value: number | null, n: number) => ({ value, low: value === null ? null : value - 0.1, high: value === null ? null : value + 0.1, n })
const slices: AgreementSlices = {
  by_class: [{ class: 'ham', ...share(0.9, 40) }, { class: 'rare', ...share(null, 0) }, { class: 'spam', ...share(0.7, 20) }],
  by_person: [{ username: 'ann', ...share(0.8, 30) }],
  by_pair: [{ annotators: ['ann', 'bob'], ...share(0.8, 30) }],
  by_week: [{ week: '2026-03-02', ...share(0.6, 9) }, { week: '2026-03-09', ...share(0.8, 30) }],
}

describe('agreement in slices', () => {
  it('puts the least agreeing first and the unknown last, with the reason', () => {
    const rows = sliceRows(slices, 'class')
    expect(rows.map((row) => row.name)).toEqual(['spam', 'ham', 'rare'])
    expect(rows[0]?.figure).toMatchObject({ value: '70.0%', range: '60.0–80.0%' })
    expect(rows[2]?.figure.why).toBe('Not known yet: no item that two people answered has this class in an answer.')
  })

  it('names pairs, and weeks with the newest first', () => {
    expect(sliceRows(slices, 'pair')[0]?.name).toBe('ann and bob')
    expect(sliceRows(slices, 'week').map((row) => row.name)).toEqual(['from 2026-03-09', 'from 2026-03-02'])
  })
})

describe('an export', () => {
  const found: ExpectedExport = { items: 1284, in_doubt: 212, left_out: 0, expected_right: 0.968, low: 0.941, high: 0.982, undefined_because: null, undefined_said: null }

  it('says how right it is expected to be, or why that is not known', () => {
    expect(exportFigure(found)).toMatchObject({ value: '96.8%', range: '94.1–98.2%' })
    expect(exportRange(exportFigure(found))).toBe('(94.1–98.2%, 90% interval).')
    expect(exportRange(exportFigure({ ...found, low: null, high: null, undefined_because: 'answers are right in part' }))).toBe('(range not defined because answers are right in part).')
    expect(exportFigure({ ...found, expected_right: null, low: null, high: null }).why).toContain('not known yet')
  })

  it('says what sending out will ask for, and when it can ask for nothing', () => {
    expect(sendOutWords(found, 1, 3)[0]).toContain('at most 212 items')
    expect(sendOutWords(found, 1, 1).join(' ')).toContain('“Most answers an item” is 1')
  })
})
