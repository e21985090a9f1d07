import { expect, it } from 'vitest'
import type { Agreement, AnnotatorRow, Flag } from '../api/types'
import { agreementCsv, agreementRows, scaleStart } from './manageAgreement'
import { byUrgency, peopleCsv, stateOf } from './managePeople'

const agreement: Agreement = {
  items_with_overlap: 40, percent: 0.9, percent_low: 0.85, percent_high: 0.94, confused_pairs: [], updated_at: null,
  coefficients: {
    span_f1: { value: 0.5, low: null, high: null, undefined_because: null },
    fleiss_kappa: { value: null, low: null, high: null, undefined_because: 'the items have different numbers of answers' },
    krippendorff_alpha: { value: 0.824, low: 0.791, high: 0.855, undefined_because: null },
  },
}

it('gives each coefficient a range, or says why it has none', () => {
  const rows = agreementRows(agreement)
  expect(rows.map((row) => [row.name, row.value, row.range || row.why])).toEqual([
    ['Krippendorff α', '0.824', '0.791–0.855'],
    ['Fleiss κ', '–', 'not defined because the items have different numbers of answers'],
    ['span f1', '0.500', 'no interval for this measure'],
  ])
  expect(scaleStart(rows)).toBeCloseTo(0.7)
  expect(scaleStart([])).toBe(0)
})

it('says once why several are not defined', () => {
  const none = { value: null, low: null, high: null, undefined_because: 'of the kind' }
  const rows = agreementRows({ ...agreement, coefficients: { cohen_kappa: none, scott_pi: none, span_f1_exact: { ...none, value: 0.5, undefined_because: null } } })
  expect(rows.map((row) => [row.name, row.why])).toEqual([['Cohen κ, Scott π', 'not defined because of the kind'], ['F1 of spans, exact', '']])
})

it('puts flagged people first', () => {
  const person = (username: string, annotations: number): AnnotatorRow =>
    ({ username, annotations, accuracy: null, random_log_odds: null, median_seconds: null, last_active: null, flags: 0 })
  const flag = (kind: Flag['kind'], annotator: string, status: Flag['status'] = 'open'): Flag =>
    ({ id: 1, kind, item: null, external_id: null, annotation: null, annotator, score: 1, evidence: {}, status, created_at: '' })
  const flags = [flag('too_fast', 'hal'), flag('annotator_looks_random', 'hal'), flag('annotator_needs_help', 'cy'), flag('drift', 'ana', 'dismissed')]
  const people = [person('ana', 600), person('bo', 700), person('cy', 200), person('hal', 46)]
  expect(byUrgency(people, flags).map((one) => one.username)).toEqual(['hal', 'cy', 'bo', 'ana'])
  expect(stateOf(person('hal', 46), flags)?.text).toBe('looks random')
  expect(stateOf(person('ana', 600), flags)).toBeNull()
  expect(peopleCsv([person('ana', 600)]).split('\r\n')[1]).toBe('ana,600,,,,,,,0')
})

it('is taken home as one table', () => {
  const share = { value: 0.7, low: 0.6, high: 0.8, n: 20 }
  const slices = { by_class: [{ class: 'spam, ham', ...share }], by_person: [{ username: 'ann', ...share }], by_pair: [{ annotators: ['ann', 'bob'], ...share }], by_week: [{ week: '2026-03-02', ...share }] }
  const confused_pairs = [{ classes: ['a', 'b'] as [string, string], count: 3, share: 0.3, low: 0.1, high: 0.6, examples: [] }]
  const lines = agreementCsv({ ...agreement, ...slices, confused_pairs }).split('\r\n')
  expect(lines.slice(0, 2)).toEqual(['of,name,value,low,high,n', 'all,agreeing_pairs,0.9,0.85,0.94,40'])
  expect(lines).toContain('all,fleiss_kappa,,,,40')
  expect(lines).toContain('class,"spam, ham",0.7,0.6,0.8,20')
  expect(lines).toContain('pair,ann / bob,0.7,0.6,0.8,20')
  expect(lines).toContain('mixed_up,a / b,0.3,0.1,0.6,3')
})
