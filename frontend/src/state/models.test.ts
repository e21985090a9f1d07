import { describe, expect, it } from 'vitest'
import type { Comparison, ModelRow, Outlook } from '../api/models'
import { binRows, classFigures, comparedText, correctedText, driftLines, f1Figure, gainFigure, performanceFigure, pinWords, rollBackTarget, shortList, unpinWords, verdict } from './models'

const measured = (estimate: number) => ({ metric: 'accuracy', estimate, low: estimate - 0.05, high: estimate + 0.05, n: 80 })

function row(number: number, change: Partial<ModelRow> = {}): ModelRow {
  return {
    number, created_at: '2026-03-01T00:00:00Z', annotations: 10 * number, strategy: 'team', classes: ['ham', 'spam'],
    representation: { name: 'pool', version: 1 }, seconds: 0.4, performance: measured(0.8), f1: null,
    is_newest: false, is_pinned: false, is_serving: false, is_stored: true, is_portable: true, ...change,
  }
}

it.each([true, false])('says that F1, precision and recall take answers as right (accuracy corrected: %s)', (corrected) => {
  const performance = measured(0.9)
  expect(correctedText({ performance, agreement: { ...performance, corrected } })).toMatch(/F1, precision and recall .*take these answers as right/)
})

it('names the two versions between which predictions were compared last', () => {
  expect(comparedText({ stability: [0.8, 0.93], stability_between: [4, 7] })).toBe('the last one between models 4 and 7, on fixed items; 1 is no change')
  expect(comparedText({ stability: [0.93], stability_between: [4, 7] })).toMatch(/^between models 4 and 7/)
  expect(comparedText({ stability: [0.93], stability_between: null })).toBe('on fixed items; 1 is no change')
})

describe('the short list of versions', () => {
  const numbers = (rows: readonly ModelRow[]) => rows.map((one) => one.number)
  const rows = [27, 26, 25, 24, 23, 22, 21, 20].map((number) => row(number, { is_newest: number === 27, is_serving: number === 24, is_pinned: number === 24, performance: measured(number === 22 ? 0.9 : 0.8) }))

  it('has the newest three, what serves, the best measured, and the one looked at', () => {
    expect(numbers(shortList(rows, null))).toEqual([27, 26, 25, 24, 22])
    expect(numbers(shortList(rows, 20))).toEqual([27, 26, 25, 24, 22, 20])
  })

  it('leaves out two at least', () => {
    expect(numbers(shortList(rows.slice(0, 5), null))).toEqual([27, 26, 25, 24, 23])
  })
})

describe('figures of a model', () => {
  it('come with their range, or with the reason', () => {
    expect(performanceFigure(measured(0.9))).toMatchObject({ value: '90.0%', range: '85.0–95.0%', why: '' })
    expect(performanceFigure(null).why).toMatch(/^Not known yet: /)
    expect(f1Figure({ macro: null, rarest: null, says_more: false }).why).toContain('a class has no test item')
  })

  it('say for each class why one is missing', () => {
    const figures = classFigures({ class: 'spam', n: 3, n_guessed: 0, precision: null, recall: { estimate: 0, low: 0, high: 0.6 }, f1: null })
    expect(figures.precision.why).toContain('has not said this class')
    expect(figures.recall).toMatchObject({ value: '0.000', range: '0.000–0.600' })
    const none = { estimate: 0, low: 0, high: 0.8 }
    const unmeasured = classFigures({ class: 'x', n: 0, n_guessed: 2, precision: none, recall: null, f1: none })
    for (const one of Object.values(unmeasured)) expect(one).toMatchObject({ value: '–', why: expect.stringContaining('no test item') })
  })

  it('mark where confidence is outside of what was measured', () => {
    const bin = { low: 0.8, high: 0.9, n: 20, confidence: 0.85, right: { estimate: 0.5, low: 0.3, high: 0.7 } }
    expect(binRows([bin, { ...bin, n: 0 }])).toMatchObject([{ said: '80–90%', isOff: true, right: { value: '50.0%' } }])
    expect(binRows([{ ...bin, right: { estimate: 0.9, low: 0.7, high: 1 } }])[0]?.isOff).toBe(false)
  })

  it('tell drift only when it is clear', () => {
    const drift = { newest: { estimate: -0.1, low: -0.2, high: -0.01 }, shift: { column: 1, estimate: 0.02, low: -0.01, high: 0.05, is_clear: false } }
    const [newest, shift] = driftLines(drift, ['ham', 'spam'])
    expect(newest).toMatchObject({ isClear: true, text: expect.stringContaining('−10.0 points (−20.0 to −1.0)') })
    expect(shift).toMatchObject({ isClear: false, text: expect.stringContaining('“spam” is the class whose mean probability') })
    expect(driftLines(null, []).every((line) => line.text.includes('not known yet'))).toBe(true)
  })

  it('promise no gain that was not seen', () => {
    const outlook = { points: [], labels_saved: null, labels_saved_because: null, labels_saved_said: null, advice: null, expected_gain: null, stability: [], stability_between: null, belief: null } satisfies Outlook
    expect(gainFigure(outlook).why).toMatch(/^Not known yet/)
    expect(gainFigure({ ...outlook, expected_gain: { labels: 100, estimate: 0.012, low: -0.003, high: 0.02 } })).toMatchObject({ value: '+1.2 points', range: '−0.3 to +2.0' })
  })
})

describe('which version serves', () => {
  const rows = [row(9, { is_newest: true, is_serving: true, performance: measured(0.7) }), row(8, { is_stored: false }), row(7), row(6)]

  it('rolls back to the newest earlier one that has its files', () => {
    expect(rollBackTarget(rows)?.number).toBe(7)
    expect(rollBackTarget(rows.map((one) => ({ ...one, is_serving: one.number === 6 })))).toBeNull()
    expect(rollBackTarget([])).toBeNull()
  })

  it('says what pinning and unpinning will do', () => {
    const said = pinWords(row(7), rows[0]).join(' ')
    expect(said).toContain('in place of model 9')
    expect(said).toContain('80.0% (75.0–85.0%); model 9: 70.0%')
    expect(pinWords(row(7, { performance: null }), rows[0]).join(' ')).toContain('was not measured')
    expect(unpinWords(row(7), rows[0])[0]).toContain('Model 9, the newest')
    expect(unpinWords(row(9), rows[0])[0]).toContain('goes on serving')
  })

  it('calls one better only when the interval says so', () => {
    const paired = { n: 90, both_right: 60, only_first: 4, only_second: 16, both_wrong: 10, difference: { estimate: 0.13, low: 0.04, high: 0.22 }, p_value: 0.012 }
    const found: Comparison = { versions: [row(7), row(9)], probe: null, protected: paired, because: null, said: null }
    expect(verdict(found)).toContain('Model 9 is better')
    expect(verdict({ ...found, protected: { ...paired, difference: { estimate: 0.01, low: -0.1, high: 0.1 } } })).toContain('does not tell them apart')
    expect(verdict({ ...found, because: 'The two versions know different classes.' })).toBe('The two versions know different classes.')
  })
})
