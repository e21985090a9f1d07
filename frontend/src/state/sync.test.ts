import { describe, expect, it } from 'vitest'
import { answer, current, EMPTY_STATE, revise, skip, takeBack } from './label'
import { counted, leased, leasesWanted, letGo, recalled, refuse, restored, retry, sent, withoutExpired } from './sync'
import { HAM, ids, leases, SPAM, withReady } from './testing'

const REASON = { code: 'no_slot', message: 'Your lease had ended.' }
const page = (...assignments: number[]) => ({
  results: assignments.map((assignment) => ({
    id: assignment, assignment, item: { id: assignment, external_id: null, data: { text: '' } }, value: SPAM, revision: 1,
    created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z',
  })),
  today: 7,
  project: { left: 40, wanted: 90 },
  next: null,
})

describe('leases', () => {
  it('come behind those already here, each once', () => {
    expect(ids(leased(withReady(1, 2), leases(1, 2, 3), 0).ready)).toEqual([1, 2, 3])
  })

  it('never bring back what was just answered or skipped', () => {
    const state = skip(answer(withReady(1, 2), SPAM, 1, 1), null, 2)
    expect(ids(leased(state, leases(1, 2, 3), 0).ready)).toEqual([3])
    expect(ids(leased(sent(state, 1, 1), leases(1, 3), 0).ready)).toEqual([3])
  })

  it('say why there are none', () => {
    const nothing = { assignments: [], empty_because: 'all_leased' as const, next_release_at: '2026-01-01T00:00:00Z' }
    expect(leased(EMPTY_STATE, nothing, 0).empty).toEqual({ because: 'all_leased', nextReleaseAt: nothing.next_release_at })
  })

  it('are asked for until three are ready, on top of those that are open but answered here', () => {
    expect(leasesWanted(withReady(1, 2, 3))).toBe(0)
    const answered = answer(withReady(1, 2, 3), SPAM, 1, 1)
    expect(leasesWanted(answered)).toBe(4)
    expect(leasesWanted(answered, 1)).toBe(3)
    expect(leasesWanted(answered, null, 12)).toBe(13)
  })

  it('are dropped when they have run out, but not under the eyes of the reader', () => {
    const state = withReady(1, 2)
    expect(ids(withoutExpired(state, 900, 1000, true).ready)).toEqual([1])
    expect(withoutExpired(state, 900, 1000, false).ready).toEqual([])
    expect(withoutExpired(state, 900, 500, false)).toBe(state)
  })
})

describe('what is left', () => {
  const known = { ...withReady(1, 2), toGo: { left: 40, wanted: 90 } }

  it('is less by each answer, until the service says it anew; a refused one is wanted again', () => {
    const answered = answer(known, SPAM, 1, 1)
    expect(answered.toGo).toEqual({ left: 39, wanted: 90 })
    expect(refuse(answered, 1, REASON).toGo).toEqual({ left: 40, wanted: 90 })
    expect(retry(refuse(answered, 1, REASON), 1, 5).toGo).toEqual({ left: 39, wanted: 90 })
    expect(answer(takeBack(answered, null), HAM, 1, 2).toGo).toEqual({ left: 39, wanted: 90 })
    expect(recalled(answered, page()).toGo).toEqual({ left: 40, wanted: 90 })
  })

  it('is never nothing before the service says so', () => {
    expect(answer({ ...known, toGo: { left: 1, wanted: 90 } }, SPAM, 1, 1).toGo).toEqual({ left: 1, wanted: 90 })
  })
})

describe('confirmation', () => {
  it('empties the outbox', () => {
    expect(sent(answer(withReady(1), SPAM, 1, 1), 1, 1).outbox).toEqual([])
  })

  it('of an older answer leaves the newer one waiting', () => {
    const changed = answer(takeBack(answer(withReady(1, 2), SPAM, 1, 1), 1), HAM, 1, 2)
    expect(sent(changed, 1, 1).outbox).toMatchObject([{ version: 2, isFirst: false, act: { value: HAM } }])
  })
})

describe('refusal', () => {
  const state = refuse(answer(withReady(1, 2), SPAM, 1, 1), 1, REASON)

  it('keeps the answer with its reason and takes it out of the count', () => {
    expect(state.refused).toMatchObject([{ assignment: 1, act: { value: SPAM }, ...REASON }])
    expect(state).toMatchObject({ outbox: [], past: [], today: 0 })
  })

  it('can be tried again or let go', () => {
    const again = retry(state, 1, 50)
    expect(again).toMatchObject({ refused: [], today: 1, outbox: [{ assignment: 1, act: { value: SPAM } }], past: [{ assignment: 1 }] })
    expect(letGo(state, 1)).toMatchObject({ refused: [], outbox: [], today: 0 })
  })

  it('of a skip changes nothing for anybody', () => {
    expect(refuse(skip(withReady(1), null, 1), 1, REASON)).toMatchObject({ refused: [], outbox: [] })
  })

  it('of a revision leaves the count alone', () => {
    const revised = revise({ ...answer(withReady(1), SPAM, 1, 1), outbox: [] }, 1, HAM, 2)
    expect(refuse(revised, 1, REASON).today).toBe(1)
  })

  it('lets the item be offered again', () => {
    expect(ids(leased(state, leases(1), 0).ready)).toEqual([2, 1])
  })
})

describe('after a reload', () => {
  const before = answer(answer(withReady(1, 2, 3), SPAM, 1, 100), HAM, 1, 200)

  it('what was kept waits again, and its items do not come back', () => {
    const state = leased(restored(EMPTY_STATE, before.outbox, before.refused), leases(1, 2, 3), 0)
    expect(ids(state.outbox)).toEqual([1, 2])
    expect(ids(state.past)).toEqual([2, 1])
    expect(current(state)?.assignment).toBe(3)
  })

  it('the history of the service comes behind, in its own order, whatever the clocks say', () => {
    const state = recalled(restored(EMPTY_STATE, before.outbox, []), page(9, 2, 8))
    expect(ids(state.past)).toEqual([2, 1, 9, 8])
    expect(state.past[0]?.value).toEqual(HAM)
    expect(state.past.every((one, i, all) => i === 0 || one.at < (all[i - 1]?.at ?? 0))).toBe(true)
  })

  it('today counts an answer once that the service has although its confirmation is under way', () => {
    expect(counted(before, { ...page(9, 2), today: 5 }).today).toBe(6)
  })

  it('what another device changed is shown, without moving it', () => {
    const confirmed = { ...before, outbox: [] }
    const state = recalled(confirmed, page(2, 1))
    expect(state.past).toMatchObject([{ assignment: 2, value: SPAM, at: 200 }, { assignment: 1, at: 100 }])
  })
})
