import { describe, expect, it } from 'vitest'
import { askAgainMs, freshness, pace, paceInWords, questionOf, savedState, toGo, whyHere } from './desk'
import { answer, skip } from './label'
import { refuse } from './sync'
import { SPAM, withReady } from './testing'

describe('the bar', () => {
  const waiting = answer(answer(withReady(1, 2, 3), SPAM, 1, 1), SPAM, 1, 2)

  it.each([
    [withReady(1), 'online', 'Saved'],
    [waiting, 'online', 'Saving 2'],
    [waiting, 'offline', 'Offline · 2 waiting on this device'],
    [waiting, 'silent', 'No answer · 2 waiting on this device'],
    [withReady(1), 'offline', 'Offline'],
    [refuse(waiting, 1, { code: '', message: '' }), 'online', '1 answer came back'],
    [skip(withReady(1), null, 5), 'online', 'Saved'],
  ] as const)('says it (%#)', (state, link, text) => expect(savedState(state, link, 10).text).toBe(text))

  it('says how late the model is, and warns when it stays late', () => {
    const model = { version: 41, version_because: null, version_said: null, trained_through: 1, annotations: 9, strategy: 'team', performance: null, agreement: null, trained_at: null, training: { running: false, error: null, said: null },
      serving: null, representation: { wanted: 'pool', live: null, building: null, vectors_waiting: 0, error: null } }
    expect(freshness({ ...model, labels_behind: 6, seconds_behind: 9 })).toEqual({ tone: '', text: 'Model 41 · 6 labels behind' })
    expect(freshness({ ...model, labels_behind: 240, seconds_behind: 540 })).toEqual({ tone: 'warn', text: 'Model 41 · 240 labels behind, 9 min' })
    expect(freshness({ ...model, version: null, labels_behind: 0, seconds_behind: 0 }).text).toBe('No model yet')
  })
})

describe('why an item is here', () => {
  it('names the two classes between which the model hesitates', () => {
    expect(whyHere({ kind: 'uncertain', classes: ['ham', 'spam'] }, false).line.join('')).toBe('The model hesitates between ham and spam')
  })

  it.each([['core_set', 'Unlike what was answered so far'], ['ours.rules:newest', 'Chosen by ours.rules:newest'], ['entropy', 'The model hesitates between ham and spam']])(
    'says what the strategy looked for (%s)', (strategy, line) => {
      expect(whyHere({ kind: 'uncertain', classes: ['ham', 'spam'], strategy }, false).line.join('')).toBe(line)
    },
  )

  it('says that somebody has answered only where somebody has', () => {
    expect(whyHere({ kind: 'overlap' }, false).detail).toContain('Several people are asked')
    expect(whyHere({ kind: 'second_opinion' }, false).detail).toContain('Somebody has answered')
  })

  it.each(['predicted', 'low_confidence'] as const)('does not say that chance chose what a model did (%s)', (kind) => {
    expect(whyHere({ kind }, false)).not.toEqual(whyHere({ kind: 'random' }, false))
  })

  it('does not tell a check from an item drawn by chance', () => {
    expect(whyHere({ kind: 'gold' }, false)).toEqual(whyHere({ kind: 'random' }, false))
  })
})

it('asks the question the guidelines ask', () => {
  expect(questionOf('## Is this spam?\nMore…')).toBe('Is this spam?')
  expect(questionOf('Read carefully.')).toBe('Which class fits?')
})

it('asks again at the next release, else gently', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(askAgainMs('all_leased', '2026-01-01T00:00:04Z', 9, now)).toBe(4500)
  expect(askAgainMs('all_leased', '2025-12-31T23:59:00Z', 3, now)).toBe(2000)
  expect(askAgainMs('finished', null, 0, now)).toBe(5000)
  expect(askAgainMs('finished', null, 30, now)).toBe(60_000)
})

it('says how much is left, and says less the nearer it comes', () => {
  const told = (left: number, wanted: number) => toGo({ toGo: { left, wanted }, empty: null })
  expect(toGo({ toGo: null, empty: null })).toBeNull()
  expect(told(0, 0)).toBeNull()
  expect(told(1300, 5200)).toEqual({ text: 'about 1,300 answers to go for the team', done: 0.75 })
  expect(told(10, 100)?.text).toBe('at most 10 answers to go for the team')
  expect(told(33, 90)?.text).toBe('about 40 answers to go for the team')
  expect(told(13, 13)?.text).toBe('about 13 answers to go for the team')
  expect(told(0, 100)).toEqual({ text: '', done: 1 })
  expect(toGo({ toGo: { left: 10, wanted: 100 }, empty: { because: 'finished', nextReleaseAt: null } })).toEqual({ text: '', done: 1 })
  expect(toGo({ toGo: { left: 40, wanted: 100 }, empty: { because: 'nothing_for_you', nextReleaseAt: null } })?.text).toBe('')
})

it('measures the pace once there is something to measure', () => {
  expect(pace([0, 1, 2, 3], 60_000)).toBeNull()
  expect(pace([0, 1, 2, 3, 4], 5000)).toBeNull()
  expect(pace([0, 10_000, 20_000, 30_000, 40_000, 50_000], 60_000)).toBeCloseTo(6)
  expect(pace([0, 1, 2, 3, 4], 600_000)).toBeNull()
  expect([42.1, 9.96, 6].map(paceInWords)).toEqual(['42 answers a minute', '10 answers a minute', '6.0 answers a minute'])
})
