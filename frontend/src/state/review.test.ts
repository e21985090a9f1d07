import { describe, expect, it } from 'vitest'
import type { ItemPage, Vote, Waiting } from '../api/review'
import { makingCommands, placeOf, takenKeys } from '../commands/label'
import { REVIEW_COMMANDS, reviewCommands } from '../commands/review'
import { clashes } from '../keymap'
import { answerKeys } from './classes'
import { optionsOf } from './options'
import { askedFor, doubted, inShort, isDecided, isJudgedAnew, mayTakeBack, modelView, putBack, standing, story, withAgain, withMore, without, withPage, wordsOf, wrongness } from './review'

const waiting = (item: number, score: number, more: Partial<Waiting> = {}): Waiting => ({
  item, external_id: null, text: `text ${item}`, score, reason: { kind: 'label_suspect', summary: '' }, flag: null, annotation: null,
  consensus: { value: { class: 'ham' }, probability: 0.9, status: 'agreed' }, proposal: { class: 'ham' }, n_votes: 2, ...more,
})
const vote = (annotation: number, name: string, wrong: number): Vote => ({
  annotation, annotator: `p${annotation}`, value: { class: name }, revision: 1, seconds: 2, stream: 'model', probability_wrong: wrong, accuracy: null,
  created_at: `2030-01-01T00:00:0${annotation}Z`,
})
const page: ItemPage = {
  id: 1, project: 1, external_id: null, data: { text: 'text' }, gold: null, taken: 2, open_slots: 0, consensus: null, comments: [], flags: [],
  votes: [vote(1, 'ham', 0.1), vote(2, 'spam', 0.9), vote(3, 'spam', 0.8)],
  reviews: [{ id: 5, item: 1, reviewer: 'ana', decision: 'change', value: { class: 'spam' }, note: 'irony', batch: null, created_at: '2030-01-01T00:01:00Z', undone_at: '2030-01-01T00:02:00Z', undone_by: 'bo' }],
}

it('knows whether a decision that was taken back is still in what the service says', () => {
  const said = (status: 'reviewed' | 'gold' | 'agreed'): ItemPage => ({ ...page, consensus: { value: { class: 'ham' }, probability: 1, status, n_votes: 2, posterior: {} } })
  expect([said('reviewed'), said('gold'), said('agreed'), page].map(isJudgedAnew)).toEqual([false, false, true, true])
})

describe('a decision on an item', () => {
  const [undone] = page.reviews
  const made = { ...undone!, id: 6, undone_at: null, undone_by: null }
  it('stands until somebody takes it back; sending out says nothing of what is right', () => {
    expect([standing(page), isDecided(page)]).toEqual([null, false])
    expect([standing({ reviews: [made, undone!] })?.id, isDecided({ reviews: [undone!, made] })]).toEqual([6, true])
    expect(isDecided({ reviews: [{ ...made, decision: 'send_out', value: null }] })).toBe(false)
  })
  it('is taken back by a manager, by whoever made it, and by a reviewer who has not answered the item', () => {
    expect((['owner', 'manager', 'reviewer'] as const).map((role) => mayTakeBack(made, page, role, 'p1'))).toEqual([true, true, false])
    expect([mayTakeBack(made, page, 'reviewer', 'rita'), mayTakeBack({ ...made, reviewer: 'p1' }, page, 'reviewer', 'p1')]).toEqual([true, true])
  })
})

describe('the queue', () => {
  const queue = [waiting(1, 0.9), waiting(2, 0.8), waiting(3, 0.7)]
  it('goes on with the next item, and with the last one at the end', () => {
    expect(without(queue, 1, 0)).toMatchObject({ queue: [{ item: 2 }, { item: 3 }], at: 0 })
    expect(without(queue, 3, 2)).toMatchObject({ queue: [{ item: 1 }, { item: 2 }], at: 1 })
    expect(without(queue, 1, 2).at).toBe(1)
    expect(without([waiting(1, 0.9)], 1, 0)).toEqual({ queue: [], at: 0 })
  })
  it('takes an item back where it belongs, once', () => {
    expect(putBack([waiting(1, 0.9), waiting(3, 0.7)], waiting(2, 0.8))).toMatchObject({ queue: [{ item: 1 }, { item: 2 }, { item: 3 }], at: 1 })
    expect(putBack(queue, waiting(2, 0.8)).queue).toHaveLength(3)
    expect(putBack([], waiting(2, 0.8)).at).toBe(0)
  })
  it('follows what the engine holds for right by now, where the page of an item was read', () => {
    const spam = { value: { class: 'spam' }, probability: 0.6, status: 'doubtful', posterior: {}, n_votes: 2 } as const
    expect(withPage(queue, { ...page, consensus: spam }).map((one) => one.proposal.class)).toEqual(['spam', 'ham', 'ham'])
    expect(withPage(queue, page)).toBe(queue)
  })
  it('has what waits again where it belongs, and stays at the item that is looked at', () => {
    expect(withAgain([waiting(1, 0.9), waiting(3, 0.7)], [waiting(2, 0.8), waiting(3, 0.7)], 1)).toMatchObject({ queue: [{ item: 1 }, { item: 2 }, { item: 3 }], at: 2 })
    expect(withAgain([], [waiting(2, 0.8)], 0)).toMatchObject({ queue: [{ item: 2 }], at: 0 })
  })
  it('grows by what is new', () => expect(withMore(queue, [waiting(3, 0.7), waiting(4, 0.6)]).map((one) => one.item)).toEqual([1, 2, 3, 4]))
})

describe('an item', () => {
  it('names the doubted answer: the flagged one, else the one against the proposal', () => {
    expect(doubted(waiting(1, 0.9, { annotation: 3 }), page)?.annotation).toBe(3)
    expect(doubted(waiting(1, 0.9), page)?.annotation).toBe(2)
    expect(doubted(waiting(1, 0.9, { proposal: { class: 'spam' } }), page)?.annotation).toBe(1)
    expect(doubted(waiting(1, 0.9), null)).toBeNull()
  })
  it('names whose answer is doubted, and with the names hidden what is held for right', () => {
    const reason = { kind: 'label_suspect', summary: '', said: { code: 'flag.others', with: { who: 'omar', said: 'billing', expected: 'delivery' } } }
    expect(inShort(waiting(1, 0.9, { reason }))).toBe('omar: billing, likely wrong')
    expect(inShort(waiting(1, 0.9, { reason: { kind: 'label_suspect', summary: '', said: { code: 'review.doubted', with: { n: 2 } } } }))).toBe('held for right: ham · an answer is doubted')
    expect(inShort(waiting(1, 0.2, { reason: { kind: 'disagreement', summary: '' } }))).toBe('held for right: ham · not sure enough')
  })
  it('tells one figure of a flagged answer', () => {
    expect(wrongness(vote(2, 'spam', 0.9), waiting(1, 0.97, { annotation: 2 }))).toBe(0.97)
    expect(wrongness(vote(1, 'ham', 0.1), waiting(1, 0.97, { annotation: 2 }))).toBe(0.1)
  })
  it('can be looked at without any doubt, once somebody has answered', () => {
    const consensus = { value: { class: 'ham' }, probability: 0.75, status: 'single', posterior: {}, n_votes: 1 } as const
    expect(askedFor({ ...page, consensus })).toMatchObject({ item: 1, score: 0.25, proposal: { class: 'ham' }, flag: null, annotation: null })
    expect(askedFor(page)).toBeNull()
    expect(askedFor({ ...page, consensus, gold: { class: 'ham' } })).toBeNull()
  })
  it('tells what happened in order', () => {
    expect(story(page).map((one) => one.text)).toEqual(['p1 answered ham', 'p2 answered spam', 'p3 answered spam', 'ana changed to spam (“irony”)', 'bo took that back'])
  })
  it('says of a flag that it ended, and how', () => {
    const flag = { id: 1, kind: 'label_suspect', item: 1, external_id: null, annotation: 2, annotator: 'p2', score: 0.9, status: 'closed', created_at: '2030-01-01T00:03:00Z', closed_at: '2030-01-01T00:04:00Z', evidence: {} } as const
    const flags = [flag, { ...flag, id: 2, status: 'open', created_at: '2030-01-01T00:05:00Z', closed_at: null } as const]
    expect(story({ ...page, votes: [], reviews: [], flags }).map((one) => one.text)).toEqual(['Flag on the answer of p2, likely wrong: 90%', 'Flag on the answer of p2 ended: nothing speaks for it any more', 'Flag on the answer of p2, likely wrong: 90%'])
  })
  it('shows the model as it was before the votes', () => {
    expect(modelView(page)).toEqual([])
    const flag = { id: 1, kind: 'label_suspect', item: 1, external_id: null, annotation: 2, annotator: null, score: 0.9, status: 'open', created_at: '', evidence: { model: { ham: 0.2, spam: 0.8, odd: 'x' } } } as const
    expect(modelView({ ...page, flags: [flag] })).toEqual([['spam', 0.8], ['ham', 0.2]])
  })
  it('reads answers of any kind', () => {
    expect(wordsOf({ class: 'ham' })).toBe('ham')
    expect(wordsOf({ rating: 4 })).toBe('4')
    expect(wordsOf({ spans: [{ start: 0, end: 3, class: 'place' }] })).toBe('1 span: place')
    expect(wordsOf({ classes: [] })).toBe('none of them')
    expect(wordsOf({ shape: 'new' })).toBe('{"shape":"new"}')
  })
})

it('no two commands of the review page want the same key in the same place', () => {
  const classes = Array.from({ length: 40 }, (_, i) => ({ name: `class ${i}`, key: '', color: 0, description: '' }))
  const reserved = new Set(REVIEW_COMMANDS.flatMap((command) => [...command.keys]))
  const options = optionsOf({ kind: 'choice', classes })
  expect(clashes(reviewCommands(options, answerKeys(options, reserved)))).toEqual([])
  for (const kind of ['spans', 'boxes', 'multichoice'] as const) {
    const making = makingCommands(classes, answerKeys(classes, takenKeys(kind, {})), kind)
    expect(clashes([...reviewCommands([], []), ...making])).toEqual([])
    expect(making.filter((one) => one.context === placeOf(kind)?.[0])).toHaveLength(making.length)
  }
})
