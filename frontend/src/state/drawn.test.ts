import { expect, it } from 'vitest'
import { answerOf, candidates, cuts, drawnBoxes, drawnSpans, labelRows, overlap } from './drawn'
import { nextDrawn } from './review'
import { pieces } from './spans'

const span = (start: number, end: number, name = 'person') => ({ start, end, class: name })
const box = (x: number, y: number, name = 'dog') => ({ x, y, width: 10, height: 10, class: name })

it('draws what is held for right, and with a broken line once what anybody marked besides', () => {
  const right = { spans: [span(5, 9)] }
  const votes = [right, { spans: [span(5, 9, 'place')] }, { spans: [span(0, 4), span(5, 9, 'place')] }]
  expect(drawnSpans({ right, shown: null, votes })).toEqual([
    { mark: span(0, 4), isOdd: true }, { mark: span(5, 9), isOdd: false }, { mark: span(5, 9, 'place'), isOdd: true },
  ])
  expect(drawnSpans({ right: null, shown: null, votes: [right] })).toEqual([{ mark: span(5, 9), isOdd: true }])
})

it('draws one answer alone, an empty one as nothing', () => {
  const right = { spans: [span(5, 9)] }
  expect(drawnSpans({ right, shown: { spans: [span(5, 9), span(0, 2)] }, votes: [] })).toEqual([{ mark: span(0, 2), isOdd: true }, { mark: span(5, 9), isOdd: false }])
  expect(drawnSpans({ right, shown: { spans: [] }, votes: [right] })).toEqual([])
})

it('takes two boxes for the same where they cover each other by half', () => {
  expect(overlap(box(0, 0), box(5, 0))).toBeCloseTo(1 / 3)
  expect(overlap(box(0, 0), box(20, 0))).toBe(0)
  const right = { boxes: [box(0, 0)] }
  const votes = [{ boxes: [box(1, 1)] }, { boxes: [box(1, 1, 'cat')] }, { boxes: [box(30, 30)] }, { boxes: [box(31, 30)] }]
  expect(drawnBoxes({ right, shown: null, votes }).map(({ mark, isOdd }) => [mark.class, mark.x, isOdd])).toEqual([['dog', 0, false], ['cat', 1, true], ['dog', 30, true]])
})

it('names boxes at one place in rows of their own, what is held for right apart from the others', () => {
  const drawn = (x: number, isOdd: boolean) => ({ mark: box(x, 0), isOdd })
  expect(labelRows([drawn(0, false), drawn(0, true), drawn(1, true), drawn(30, true)])).toEqual([0, 0, 1, 0])
})

it('cuts a text where marks begin and end, inside words and emoji-safe too', () => {
  const text = '👋🏽 Annabel'
  const spans = [span(3, 7), span(6, 10)]
  expect(cuts(text, spans).map((one) => one.text)).toEqual(['Ann', 'a', 'bel'])
  expect(pieces(text, { tokens: cuts(text, spans), spans }).map((one) => one.text).join('')).toBe(text)
  expect(cuts('plain', [])).toEqual([])
})

it('walks through the answers and ends with all together', () => {
  const votes = [1, 2].map((annotation) => ({ annotation, annotator: 'p', value: {}, revision: 1, seconds: null, stream: 'model', probability_wrong: null, accuracy: null, created_at: '' }))
  expect([null, 1, 2].map((now) => nextDrawn(votes, now))).toEqual([1, 2, null])
  expect(nextDrawn([], null)).toBeNull()
})

it('offers everything that anybody marked once, with who did', () => {
  const right = { spans: [span(5, 9)] }
  const votes = [right, { spans: [span(5, 9), span(0, 4)] }, { spans: [span(0, 4)] }]
  const found = candidates(right, votes)
  expect(found).toEqual([{ mark: span(0, 4), isRight: false, votes: [1, 2] }, { mark: span(5, 9), isRight: true, votes: [0, 1] }])
  expect(answerOf('spans', found.map((one) => one.mark))).toEqual({ spans: [span(0, 4), span(5, 9)] })
  expect(candidates({ boxes: [box(0, 0)] }, [{ boxes: [box(1, 1)] }])).toEqual([{ mark: box(0, 0), isRight: true, votes: [0] }])
})
