import { expect, it } from 'vitest'
import { discussed, itemSpoken, namesFor, naming, placeOf, reachWords, threadsOf, unseen, whoSaid, withName } from './talk'

const said = (id: number, more = {}) => ({
  id, project: 7, project_name: 'Inbox', item: 3, external_id: null, text: null, author: 'maya', body: 'Why?', by_name: true, created_at: '2026-03-01T00:00:00Z', seen_at: null, ...more,
})

it('keeps answers behind what they answer', () => {
  const threads = threadsOf([{ id: 1, parent: null }, { id: 2, parent: null }, { id: 3, parent: 1 }])
  expect(threads.map((thread) => thread.map((one) => one.id))).toEqual([[1, 3], [2]])
})

it('says what is new, and where to read it', () => {
  const told = { n_unseen: 2, next: null, questions: [], results: [said(1), said(2, { project: 8 }), said(3, { seen_at: '2026-03-02T00:00:00Z' })] }
  expect([unseen(told).length, unseen(told, 7).length, unseen(null).length]).toEqual([2, 1, 0])
  expect([whoSaid(said(1)), whoSaid(said(1, { author: null, by_name: false }))]).toEqual(['maya wrote to you', 'Somebody answered you'])
  expect(placeOf(said(1), [])).toBe('/projects/7/label?discuss=3')
  expect(placeOf(said(1), [{ project: 7, name: 'Inbox', role: 'reviewer', kind: 'choice' }])).toBe('/projects/7/items/3')
})

it('says which names reach nobody, or that this is not told', () => {
  expect(reachWords({ body: 'Is this irony, @rev?', unknown: ['rev'] })).toBe('Nobody here is called rev.')
  expect(reachWords({ body: 'Is this irony, @rita?', unknown: [] })).toBe('')
  expect(reachWords({ body: 'Is this irony, @rev?', unknown: null })).toMatch(/Reviewers and managers see every question/)
  expect(reachWords({ body: 'write to a@b.example', unknown: null })).toBe('')
})

it('knows where a name is being written', () => {
  expect(naming('Is this irony, @ri', 18)).toEqual({ from: 15, typed: 'ri' })
  expect([naming('@', 1), naming('@rita and', 3)]).toEqual([{ from: 0, typed: '' }, { from: 0, typed: 'ri' }])
  expect([naming('a@b', 3), naming('@@r', 3), naming('@rita ', 6), naming('@rita?', 6), naming('rita', 4)]).toEqual([null, null, null, null, null])
})

it('offers names, first those that begin so', () => {
  expect(namesFor('ri', ['maria', 'Rita', 'ann'])).toEqual(['Rita', 'maria'])
  expect(namesFor('', ['ann@example.org', 'ann.', '美华', 'jo-ann'])).toEqual(['美华', 'jo-ann'])
})

it('puts a name in the place of what is typed of it', () => {
  expect(withName('So, @ri', 4, 7, 'rita')).toEqual({ body: 'So, @rita ', caret: 10 })
  expect(withName('@it says', 0, 3, 'rita')).toEqual({ body: '@rita says', caret: 6 })
  expect(withName('@r\nso', 0, 2, 'rita')).toEqual({ body: '@rita \nso', caret: 6 })
})

it('leaves what follows a name, and the name whole where it was', () => {
  const chosen = (text: string): string => {
    const caret = text.indexOf('|')
    const body = text.replace('|', '')
    const next = withName(body, naming(body, caret)?.from ?? NaN, caret, 'rita')
    return `${next.body.slice(0, next.caret)}|${next.body.slice(next.caret)}`
  }
  expect(chosen('Ask @ri|. Then go.')).toBe('Ask @rita|. Then go.')
  expect(chosen('See @ri|...')).toBe('See @rita|...')
  expect(chosen('@|please look')).toBe('@rita |please look')
  expect(chosen('@|a friend')).toBe('@rita |a friend')
  expect(chosen('@ri|.5 or @bob')).toBe('@rita |.5 or @bob')
  expect(chosen('@ri|- or so')).toBe('@rita |- or so')
  expect(chosen('@ri|@bob')).toBe('@rita |@bob')
  expect(chosen('Is it, @ri|?')).toBe('Is it, @rita|?')
  expect(chosen('@Ri|ta, look')).toBe('@rita|, look')
  expect(chosen('@ri|ta look')).toBe('@rita |look')
  expect(chosen('@ri|tax')).toBe('@rita |tax')
})

it('names an item as people know it, never by a number of the service', () => {
  expect(itemSpoken({ external_id: 'm-7', text: 'Where is my parcel?' })).toBe('m-7')
  expect(itemSpoken({ external_id: null, text: 'Where is my parcel?' })).toBe('“Where is my parcel?”')
  expect(itemSpoken({ external_id: null, text: null })).toBe('an item')
})

it('reads the item of an address', () => {
  expect([discussed('?discuss=12'), discussed('?discuss=x'), discussed('')]).toEqual([12, null, null])
})
