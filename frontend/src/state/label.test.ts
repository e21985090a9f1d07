import { describe, expect, it } from 'vitest'
import { answer, current, keep, open, revise, skip, takeBack } from './label'
import { HAM, ids, SPAM, withReady } from './testing'

describe('answering', () => {
  it('puts the next item on the screen before anything is sent', () => {
    const state = answer(withReady(1, 2, 3), SPAM, 2.5, 100)
    expect(current(state)?.assignment).toBe(2)
    expect(state.outbox).toMatchObject([{ assignment: 1, act: { kind: 'answer', value: SPAM, seconds: 2.5 }, isFirst: true }])
    expect(state.past).toMatchObject([{ assignment: 1, value: SPAM, at: 100 }])
    expect(state.today).toBe(1)
  })

  it('does nothing without an item', () => {
    const state = withReady()
    expect(answer(state, SPAM, 1, 0)).toBe(state)
  })

  it('keeps the last twenty answers, newest first', () => {
    const all = Array.from({ length: 25 }, (_, i) => i + 1)
    const state = all.reduce((now, i) => answer(now, SPAM, 1, i), withReady(...all))
    expect(ids(state.past)).toEqual(all.slice(5).reverse())
    expect(state.outbox).toHaveLength(25)
  })
})

describe('taking back', () => {
  it('returns to the last answer, which stands until another is given', () => {
    const answered = answer(withReady(1, 2), SPAM, 1, 100)
    const back = takeBack(answered, null)
    expect(current(back)).toMatchObject({ assignment: 1, given: SPAM })
    expect(back.outbox).toEqual(answered.outbox)

    const changed = answer(back, HAM, 3, 200)
    expect(current(changed)?.assignment).toBe(2)
    expect(changed.outbox).toMatchObject([{ assignment: 1, version: 2, isFirst: true, act: { value: HAM } }])
    expect(changed.past).toMatchObject([{ assignment: 1, value: HAM }])
    expect(changed.today).toBe(1)
  })

  it('sends nothing when the same answer is given again or kept', () => {
    const back = takeBack({ ...answer(withReady(1, 2), SPAM, 1, 100), outbox: [] }, null)
    for (const state of [answer(back, SPAM, 1, 200), keep(back, 200)]) {
      expect(state.outbox).toEqual([])
      expect(ids(state.past)).toEqual([1])
      expect(current(state)?.assignment).toBe(2)
    }
  })

  it('walks back step by step and forward again in order', () => {
    const two = answer(answer(withReady(1, 2, 3), SPAM, 1, 100), HAM, 1, 200)
    const back = takeBack(takeBack(two, null), null)
    expect(current(back)?.assignment).toBe(1)
    const forward = keep(back, 300)
    expect(current(forward)?.assignment).toBe(2)
    expect(current(keep(forward, 400))?.assignment).toBe(3)
  })

  it('undoes a skip that has not left, and leaves one that has', () => {
    const skipped = skip(withReady(1, 2), 'fits no class', 100)
    const undone = takeBack(skipped, null)
    expect(current(undone)).toEqual({ ...current(withReady(1, 2)), leasedAt: 0 })
    expect(undone.outbox).toEqual([])
    expect(takeBack(skipped, 1)).toBe(skipped)
  })

  it('prefers the later of an answer and a skip', () => {
    const skippedFirst = answer(skip(withReady(1, 2, 3), null, 100), SPAM, 1, 200)
    expect(current(takeBack(skippedFirst, null))?.assignment).toBe(2)
    const skippedLast = skip(answer(withReady(1, 2, 3), SPAM, 1, 100), null, 200)
    expect(current(takeBack(skippedLast, null))?.assignment).toBe(2)
  })

  it('does nothing when nothing was done', () => {
    const state = withReady(1)
    expect(takeBack(state, null)).toBe(state)
  })
})

describe('skipping', () => {
  it('waits a moment before it leaves', () => {
    expect(skip(withReady(1), null, 1000).outbox).toMatchObject([{ assignment: 1, notBefore: 5000, act: { kind: 'skip', reason: null } }])
  })

  it('is refused for an item that has an answer', () => {
    const back = takeBack(answer(withReady(1), SPAM, 1, 1), null)
    expect(skip(back, null, 2)).toBe(back)
  })
})

describe('the history', () => {
  const two = answer(answer(withReady(1, 2, 3), SPAM, 1, 100), HAM, 1, 200)

  it('changes an answer in its place', () => {
    const state = revise({ ...two, outbox: [] }, 1, HAM, 300)
    expect(state.past).toMatchObject([{ assignment: 2 }, { assignment: 1, value: HAM, at: 100 }])
    expect(state.outbox).toMatchObject([{ assignment: 1, isFirst: false, act: { value: HAM } }])
    expect(state.today).toBe(2)
  })

  it('sends nothing when the answer is the same', () => {
    expect(revise(two, 1, SPAM, 300)).toBe(two)
  })

  it('opens an answer in front of the next item', () => {
    const state = open(two, 1)
    expect(current(state)).toMatchObject({ assignment: 1, given: SPAM })
    expect(current(keep(state, 300))?.assignment).toBe(3)
  })
})
