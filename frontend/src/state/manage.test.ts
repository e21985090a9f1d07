import { describe, expect, it } from 'vitest'
import type { AnnotatorRow, CurvePoint, Flag, FlagKind, Health, Job, ModelState, Progress, Quality } from '../api/types'
import { correctedFrom, curveColumns, curveCsv, curveRows, curveScale, curveSummary, savedText } from './manageCurve'
import { flagFacts, flagObject, flagPlace, needs } from './manageFlags'
import { signs } from './manageHealth'
import { doneShare, jobText, jobWarnings, leftOut, refusedCsv, refusedWords, rowName } from './manageJobs'
import { answersAnItem, freshness, labelsAnswer, modelAnswer, paceRange, progressAnswer, trend } from './manageQuestions'
import { reasonInShort, whyNoQueue } from './manageQueue'

const model: ModelState = {
  version: 41, version_because: null, version_said: null, trained_through: 900, annotations: 906, labels_behind: 6, seconds_behind: 9, strategy: 'team', trained_at: null,
  performance: { metric: 'macro_f1', estimate: 0.931, low: 0.904, high: 0.953, n: 257 }, agreement: null, training: { running: false, error: null, said: null },
  serving: null, representation: { wanted: 'pool', live: null, building: null, vectors_waiting: 0, error: null },
}
const progress: Progress = {
  items: 1000, annotations: 906, items_with_consensus: 900, items_finished: 880, open_assignments: 9,
  annotations_today: 210, annotations_last_hour: 40, gold_items: 0, gold_finished: 0, skipped: 3, answers_left: 120, answers_wanted: 1000,
}
const quality: Quality = { items_with_consensus: 900, expected_right: 0.968, low: 0.941, high: 0.982, undefined_because: null, undefined_said: null, in_doubt: 12 }
const point = (annotations: number, arm: 'active' | 'random', estimate: number, corrected: boolean | null = false): CurvePoint =>
  ({ annotations, arm, metric: 'accuracy', estimate, low: estimate - 0.05, high: estimate + 0.04, n: 60, corrected })
const flag = (kind: FlagKind, change: Partial<Flag> = {}): Flag =>
  ({ id: 1, kind, item: null, external_id: null, annotation: null, annotator: null, score: 0.9, evidence: {}, status: 'open', created_at: '', ...change })
const job: Job = { id: 1, kind: 'import', status: 'done', done: 100, total: 100, n_errors: 250, errors: [], result: { created: 90, duplicates: 4 }, params: {}, created_at: '', finished_at: null }

describe('the four questions', () => {
  it('gives every figure its range and its base', () => {
    expect(modelAnswer(model)).toMatchObject({ figure: '0.931', range: '0.904–0.953', lines: [expect.any(String), 'on 257 random items that it never learns from'] })
    expect(labelsAnswer(quality)).toMatchObject({ figure: '96.8%', range: '94.1–98.2%', lines: ['expected right, 90% interval', 'of 900 items with an answer', '12 in doubt'] })
    expect(progressAnswer(progress, 1)).toMatchObject({ figure: '88.0%', range: '880 of 1,000 items done' })
  })

  it('shows a figure that rests on little as what it is', () => {
    const few = modelAnswer({ ...model, performance: { metric: 'accuracy', estimate: 0.9, low: 0.6, high: 0.98, n: 8 } })
    expect(few).toMatchObject({ isThin: true, lines: [expect.any(String), 'on only 8 random items so far: a first impression'] })
    expect(modelAnswer(model).isThin).toBe(false)
  })

  it('gives the figure of the version that serves, and says so where a newer one does not', () => {
    const performance = { metric: 'accuracy', estimate: 0.7, low: 0.6, high: 0.8, n: 90 }
    const agreement = { metric: 'accuracy', estimate: 0.7, low: 0.6, high: 0.8, n: 90, corrected: true }
    const pinned = { ...model, serving: { version: 20, trained_through: 400, pinned: true, performance, agreement } }
    const said = 'of model 20, which is pinned and serves; the newest, model 41, does not'
    expect(modelAnswer(pinned)).toMatchObject({ figure: '70.0%', range: '60.0–80.0%', lines: [said, expect.any(String), expect.stringContaining('90'), expect.stringContaining('63 of 90')] })
    expect(modelAnswer({ ...pinned, serving: { ...pinned.serving, performance: null } })).toMatchObject({ figure: null, lines: [said, 'Model 20 is not measured yet.', expect.any(String)] })
    expect(modelAnswer({ ...pinned, serving: { ...pinned.serving, version: 41 } }).lines).not.toContain(said)
  })

  it('does not call measured what is only assumed of people', () => {
    expect(labelsAnswer(quality, 900, false)).toMatchObject({ isThin: true, lines: ['not measured yet: no item has two answers or a known one', 'expected right, 90% interval', expect.any(String), expect.any(String)] })
    expect(labelsAnswer(quality).isThin).toBe(false)
  })

  it('says what a corrected accuracy was corrected from', () => {
    const agreement = { metric: 'accuracy', estimate: 22 / 23, low: 0.8, high: 0.99, n: 23, corrected: true }
    const performance = { metric: 'accuracy', estimate: 0.978, low: 0.8, high: 1, n: 23 }
    expect(modelAnswer({ ...model, performance, agreement }).lines[2]).toBe('corrected for people’s mistakes; 22 of 23 match their answers')
    expect(modelAnswer({ ...model, performance, agreement: { ...agreement, corrected: false } }).lines[2]).toBe('22 of 23 match people’s answers, which nobody checked: the range allows for mistakes in them')
    expect(modelAnswer({ ...model, agreement }).lines, 'F1 is not corrected').toHaveLength(2)
  })

  it('counts answers where an item gets several, so that the first one moves it', () => {
    const begun = { ...progress, items: 500, annotations: 123, items_finished: 0, annotations_today: 123, annotations_last_hour: 123, answers_left: 877, answers_wanted: 1000 }
    const each = answersAnItem({ overlap: 2, overlap_share: 1 })
    expect(progressAnswer(begun, each)).toMatchObject({ figure: '12.3%', range: '123 of 1,000 answers', lines: ['0 of 500 items have all their answers', '123 answers today', expect.any(String)] })
    expect(progressAnswer({ ...begun, annotations: 1400, answers_left: 0 }, each).figure).toBe('99.9%')
    expect(progressAnswer({ ...begun, items_finished: 500 }, answersAnItem({ overlap: 3, overlap_share: 0.25 })).figure).toBe('100.0%')
    expect(progressAnswer(begun, each, true).lines[2]).toContain('Paused')
  })

  it('waits for no answers to known items', () => {
    const known = { ...progress, items: 300, items_finished: 130, gold_items: 40, gold_finished: 0, annotations: 260, answers_left: 130, answers_wanted: 260 }
    expect(progressAnswer(known, 1)).toMatchObject({ figure: '50.0%', range: '130 of 260 items done' })
    const late = { ...known, items_finished: 252, annotations: 527, answers_left: 10, answers_wanted: 520 }
    expect(progressAnswer(late, 2)).toMatchObject({ figure: '98.1%', range: '510 of 520 answers', lines: ['252 of 260 items have all their answers', '210 answers today', expect.any(String)] })
    expect(progressAnswer({ ...late, answers_left: 9 }, 2).range).toBe('511 of 520 answers')
    expect(progressAnswer({ ...known, items_finished: 265, gold_finished: 5 }, 2)).toMatchObject({ figure: '100.0%', lines: [expect.any(String), expect.any(String), expect.stringContaining('Every item')] })
    expect(progressAnswer({ ...known, gold_items: 300 }, 1).figure).toBeNull()
  })

  it('says why a figure is missing', () => {
    expect(modelAnswer({ ...model, version: null, performance: null }).lines[0]).toBe('No model yet.')
    expect(modelAnswer({ ...model, performance: null })).toMatchObject({ figure: null })
    const inPart = { low: null, high: null, undefined_because: 'answers are right in part' }
    expect(labelsAnswer({ ...quality, ...inPart })).toMatchObject({ range: '', lines: expect.arrayContaining(['expected right; range not defined because answers are right in part']) })
    expect(labelsAnswer({ ...quality, items_with_consensus: 0, expected_right: null }).lines[0]).toContain('No item')
    expect(labelsAnswer({ ...quality, items_with_consensus: 0, expected_right: null }, 60).lines).toEqual(['Not estimated yet.'])
    expect(progressAnswer({ ...progress, items: 0 }, 1).figure).toBeNull()
    expect(progressAnswer({ ...progress, annotations_last_hour: 0 }, 1).lines[1]).toContain('no forecast')
    expect(progressAnswer({ ...progress, annotations: 40, annotations_last_hour: 40 }, 1).lines[1]).toContain('Too early')
  })

  it('says what the rest costs in people’s time', () => {
    const person = { annotations: 40, median_seconds: 5 } as AnnotatorRow
    const lines = (...people: AnnotatorRow[]): string[] => progressAnswer({ ...progress, answers_left: 7200 }, 1, false, people).lines
    expect(lines(person, { ...person, median_seconds: 10 })[2]).toBe('10–20 hours of people’s time to go, at the speed of most')
    expect(lines({ ...person, annotations: 9, median_seconds: 0.5 }, person)[2]).toBe('about 10 hours of people’s time to go, at the speed of most')
    expect(lines({ ...person, median_seconds: null })).toHaveLength(2)
    expect(progressAnswer({ ...progress, answers_left: 0 }, 1, false, [person]).lines).toHaveLength(2)
  })

  it('gives a pace with a range that holds it', () => {
    for (const n of [0, 1, 40, 400]) {
      const [low, high] = paceRange(n)
      expect(low).toBeLessThanOrEqual(n)
      expect(high).toBeGreaterThan(n)
    }
    expect(progressAnswer(progress, 1).lines[1]).toBe('2–4 hours to go if every hour brings 40 as the last one did')
  })

  it('calls labels late only after a minute', () => {
    expect(freshness(model)).toEqual({ text: '6 labels, 9 s behind', isLate: false })
    expect(freshness({ ...model, seconds_behind: 540 }).isLate).toBe(true)
    expect(freshness({ ...model, labels_behind: 0 }).text).toBe('up to date')
  })
})

describe('the curve', () => {
  const points = [point(50, 'active', 0.8), point(20, 'active', 0.6), point(50, 'random', 0.7), point(40, 'random', 0.65)]
  const rows = curveRows(points)

  it('joins both arms by their annotations, rising', () => {
    expect(rows.map((row) => row.annotations)).toEqual([20, 40, 50])
    const columns = curveColumns(rows)
    expect(columns[1]).toEqual([0.6, null, 0.8])
    expect(columns[4]).toEqual([null, 0.65, 0.7])
  })

  it('starts the axis below the lowest band and ends shares at one', () => {
    const [low, high] = curveScale(rows)
    expect(low).toBeCloseTo(0.5)
    expect(high).toBe(1)
    expect(curveScale([])).toEqual([0, 1])
  })

  it('knows from where on accuracy is corrected', () => {
    const from = (...corrected: (boolean | null)[]): number | null => correctedFrom(curveRows(corrected.map((one, i) => point(10 * (i + 1), 'active', 0.8, one))))
    expect(from(false, false, true, false, true)).toBe(30)
    expect([from(false, false), from(true, true), from(null), from(), correctedFrom(curveRows([point(10, 'random', 0.8), point(20, 'active', 0.8, true)]))]).toEqual([null, null, null, null, null])
    expect(curveSummary(curveRows([point(10, 'active', 0.7), point(20, 'active', 0.8, true)]))).toMatch(/From 20 answers on, .*measured alike\.$/)
  })

  it('writes the same figures as CSV', () => {
    const lines = curveCsv(rows).trim().split('\r\n')
    expect(lines[0]).toBe('annotations,metric,active_estimate,active_low,active_high,active_n,random_estimate,random_low,random_high,random_n')
    expect(lines[1]).toMatch(/^20,accuracy,0\.6,.*,60,,,,$/)
    expect(lines).toHaveLength(4)
  })

  it('says in one sentence what it shows', () => {
    expect(curveSummary(rows)).toContain('at 50 answers; random control: 0.700')
    expect(curveSummary([])).toBe('No figures yet.')
    expect(trend(points)).toEqual([0.6, 0.8])
  })

  it('boasts only when the whole range is above zero', () => {
    const saved = (estimate: number, low: number, high: number) => savedText({ points: [], advice: null, labels_saved_because: null, labels_saved_said: null, labels_saved: { estimate, low, high } })
    expect(saved(640, 430, 690)).toEqual({ tone: 'good', text: '640 labels saved so far (430 to 690) against a random order.' })
    expect(saved(20, -30, 70)).toMatchObject({ tone: 'info', text: expect.stringContaining('(−30 to 70). That may be chance.') })
    expect(savedText({ points: [], advice: null, labels_saved_because: null, labels_saved_said: null, labels_saved: null })).toBeNull()
  })
})

describe('flags', () => {
  it('names few people and counts many', () => {
    const found = needs([
      flag('label_suspect'), flag('label_suspect'), flag('annotator_needs_help', { annotator: 'cy' }), flag('annotator_needs_help', { annotator: 'gus' }),
      flag('annotator_looks_random', { annotator: 'hal' }), flag('confused_pair', { evidence: { classes: ['Billing', 'Refund'] } }), flag('drift', { status: 'dismissed' }),
    ])
    expect(found.map((need) => [need.text, need.count])).toEqual([
      ['hal looks random', 1], ['cy and gus need help', 2], ['Labels look wrong', 2], ['Billing and Refund get mixed up', 1],
    ])
  })

  it('lists the evidence', () => {
    const suspect = flag('label_suspect', {
      annotator: 'cy', external_id: 'ticket-1',
      evidence: { class: 'Billing', expected: 'Refund', others: [{ annotator: 'ana', class: 'Refund' }], model: { Billing: 0.1, Refund: 0.9 }, n: 3 },
    })
    expect(flagFacts(suspect).map((fact) => `${fact.name}: ${fact.value}`)).toEqual([
      'cy: Billing', 'Expected: Refund', 'ana: Refund', 'Model says: Refund, 90%', 'then: Billing, 10%', 'Answers: 3',
    ])
    expect(flagObject(suspect)).toBe('ticket-1')
    expect(flagPlace(7, { ...suspect, item: 5 })).toBe('/projects/7/review?item=5')
    expect(flagPlace(7, { ...suspect, item: 5, evidence: { known: true } })).toBe('/projects/7/items/5')
    expect(flagPlace(7, { ...suspect, item: 5, status: 'confirmed' })).toBe('/projects/7/items/5')
    expect(flagPlace(7, flag('too_fast', { item: null }))).toBeNull()
    expect(flagObject(flag('too_fast', { evidence: { n: 31 } }))).toBe('31 answers')
  })

  it('survives evidence it does not know', () => {
    expect(flagFacts(flag('drift', { evidence: { model: 'x', others: 3, n: 'many' } }))).toEqual([])
  })
})

describe('queue, jobs, health', () => {
  it('gives every entry a reason', () => {
    expect(reasonInShort({ kind: 'uncertain', classes: ['spam', 'ham'] })).toBe('spam or ham')
    expect(reasonInShort({ kind: 'uncertain', classes: ['spam', 'ham'], strategy: 'core_set' })).toBe('Unlike what was answered so far')
    expect(reasonInShort({ kind: 'rare', class: 'spam' })).toBe('rare class: spam')
    expect(reasonInShort(null)).toBe('no reason recorded')
    expect(whyNoQueue({ version: 0, published_at: null, entries: [] }, false, true)).toContain('Before the first model')
    expect(whyNoQueue({ version: 0, published_at: null, entries: [] }, false, false)).toBe('Items come in shuffled order.')
  })

  it('says what came out of a job', () => {
    expect(jobText(job)).toBe('90 rows in, 250 left out, 4 were there already')
    expect(jobText({ ...job, n_errors: 0, result: { created: 90, known_answers: 60, annotations: 1 } })).toBe('90 rows in, 60 with a known answer, 1 answer with them')
    expect(jobText({ ...job, status: 'running', done: 8000, total: 11412 })).toBe('8,000 of 11,412 rows')
    expect(jobText({ ...job, status: 'failed', errors: [{ row: 1, field: '', message: 'not UTF-8' }] })).toContain('stopped at row 1: not UTF-8')
    expect([doneShare(job), doneShare({ ...job, status: 'running', total: null })]).toEqual([1, null])
    expect(jobText({ ...job, status: 'failed', result: { reason: 'There is no column called text.' } })).toContain('no column')
    const broken = { ...job, status: 'failed' as const, n_errors: 1, errors: [{ row: 92, field: '', message: 'A quote that opens here is not closed.' }], result: { created: 90, reason: 'A quote that opens here is not closed.' } }
    expect(jobText(broken)).toBe('90 rows in, 1 left out; stopped at row 92: A quote that opens here is not closed.')
    expect(refusedCsv(broken)).toBe('row,field,reason\r\n92,,A quote that opens here is not closed.\r\n')
    const again = { row: 61, field: 'external_id', message: 'An item with the id m-3 was there already.' }
    const repeated = { ...job, errors: [], n_errors: 0, result: { created: 59, duplicates: 1, repeated: [again] } }
    expect([leftOut(repeated), refusedWords(repeated)]).toEqual([1, 'Download it with its reason'])
    expect(refusedCsv(repeated)).toContain('61,external_id,An item with the id m-3 was there already.')
    expect([refusedWords(broken), refusedWords({ ...broken, n_errors: 250 })]).toEqual(['Download it with its reason', 'Download the first 1 with reasons'])
    expect(rowName({ row: 12, field: '', message: '' })).toBe('row 12')
    expect(jobWarnings({ ...job, result: { warnings: ['The same file was imported before.', 3] } })).toEqual(['The same file was imported before.'])
  })

  it('shows what is broken as broken', () => {
    const health: Health = { status: 'degraded', workers_alive: false, broker: false, database: true, canary_age_seconds: 300, silent_workers: 0 }
    const tones = signs({ isReached: true, health, model: { ...model, seconds_behind: 540 }, queue: null, progress }, 0).map((sign) => [sign.name, sign.tone])
    expect(tones).toEqual([['Workers', 'bad'], ['Job queue', 'bad'], ['Database', 'good'], ['Model 41', 'warn'], ['Being answered', 'good']])
    const failed = { ...model, training: { running: false, error: 'The training failed.', said: { code: 'training.failed', with: { why: 'MemoryError' } } } }
    expect(signs({ isReached: true, health: null, model: failed, queue: null, progress: null }, 0)).toEqual([{ name: 'Model', text: 'The training failed.', tone: 'bad' }])
    expect(signs({ isReached: false, health, model, queue: null, progress }, 0)).toHaveLength(1)
    const missing = { ...model, representation: { ...model.representation, error: 'There is no folder x.' } }
    expect(signs({ isReached: true, health: null, model: missing, queue: null, progress: null }, 0)[1]).toEqual({ name: 'Vectors', text: 'There is no folder x.', tone: 'bad' })
  })

  it('says which version serves while a newer one is measured', () => {
    const pinned = { ...model, labels_behind: 0, serving: { version: 20, trained_through: 400, pinned: true, performance: null, agreement: null } }
    const text = (model: ModelState) => signs({ isReached: true, health: null, model, queue: null, progress: null }, 0)[0]?.text
    expect(text(pinned)).toBe('up to date; model 20 serves, pinned')
    expect(text({ ...pinned, serving: { ...pinned.serving, version: 41 } })).toBe('up to date')
  })
})
