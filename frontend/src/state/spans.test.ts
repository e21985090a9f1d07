import { describe, expect, test } from 'vitest'
import { choose, chosen, dragged, draftOf, erase, mark, pieces, select, step, textOf, tokensOf, undo, walk } from './spans'

const words = (text: string): string[] => tokensOf(text).map((token) => token.text)

describe('tokens', () => {
  test('are words, numbers, symbols and whole emoji', () => {
    expect(words("Don't pay 3,000.50, @paul_walk!")).toEqual(['Don', "'", 't', 'pay', '3,000.50', ',', '@', 'paul_walk', '!'])
    expect(words('👩‍💻👍🏽 🇩🇪🇫🇷 1️⃣')).toEqual(['👩‍💻', '👍🏽', '🇩🇪', '🇫🇷', '1️⃣'])
    expect(words('東京タワーへ')).toEqual(['東', '京', 'タ', 'ワ', 'ー', 'へ'])
    expect(words('नमस्ते café ')).toEqual(['नमस्ते', 'café'])
    expect(words(' \n')).toEqual([])
  })

  test('count code points', () => {
    expect(tokensOf('👋🏽 hi')).toEqual([
      { start: 0, end: 2, text: '👋🏽' },
      { start: 3, end: 5, text: 'hi' },
    ])
  })
})

const text = 'Anna Berg met Bo'
const draft = draftOf(text, [])

describe('marking', () => {
  test('a selection becomes a span, the same again takes it away, another class changes it', () => {
    const two = step(draft, 1, true)
    const marked = mark(two, 'person', true)
    expect(marked.spans).toEqual([{ start: 0, end: 9, class: 'person' }])
    expect(mark(marked, 'place', true).spans).toEqual([{ start: 0, end: 9, class: 'place' }])
    expect(mark(marked, 'person', true).spans).toEqual([])
    expect(textOf(text, { start: 0, end: 9 })).toBe('Anna Berg')
  })

  test('overlaps stay where the project allows them, and give way where it does not', () => {
    const marked = mark(step(draft, 1, true), 'person', true)
    const inner = select(marked, 1, 1)
    expect(mark(inner, 'place', true).spans).toHaveLength(2)
    expect(mark(inner, 'place', false).spans).toEqual([{ start: 5, end: 9, class: 'place' }])
  })

  test('every change can be undone', () => {
    const marked = mark(draft, 'person', true)
    const erased = erase(marked)
    expect(erased.spans).toEqual([])
    expect(undo(erased).spans).toEqual(marked.spans)
    expect(undo(undo(erased)).spans).toEqual([])
    expect(undo(draft)).toBe(draft)
    expect(erase(draft)).toBe(draft)
  })

  test('the selection moves by tokens and stays inside', () => {
    expect(step(draft, -1, false)).toMatchObject({ from: 0, to: 0 })
    expect(step(select(draft, 3, 3), 1, true)).toMatchObject({ from: 3, to: 3 })
    expect(mark(draftOf('', []), 'person', true).spans).toEqual([])
  })

  test('what is dragged loses the punctuation at its edges, and nothing that belongs to a word', () => {
    const place = (of: string, from: number, to: number): string[] => {
      const { from: a, to: b, tokens } = dragged(draftOf(of, []), from, to)
      return tokens.slice(Math.min(a, b), Math.max(a, b) + 1).map((token) => token.text)
    }
    expect(place('in Lima, Peru.', 1, 2)).toEqual(['Lima'])
    expect(place('in Lima, Peru.', 4, 1)).toEqual(['Lima', ',', 'Peru'])
    expect(place('(Lima) @lima 5%', 0, 2)).toEqual(['Lima'])
    expect(place('(Lima) @lima 5%', 2, 6)).toEqual(['@', 'lima', '5', '%'])
    expect(place('Wait ...', 1, 3)).toEqual(['.', '.', '.'])
    expect(dragged(draftOf('in Lima, Peru.', []), 4, 1)).toMatchObject({ from: 3, to: 1 })
  })

  test('spans can be walked', () => {
    const both = draftOf(text, [{ start: 14, end: 16, class: 'person' }, { start: 0, end: 9, class: 'person' }])
    const first = walk(select(both, 3, 3), 1)
    expect(chosen(first)?.start).toBe(0)
    expect(chosen(walk(first, 1))?.start).toBe(14)
    expect(chosen(walk(first, -1))?.start).toBe(14)
    expect(choose(both, { start: 5, end: 7, class: 'x' })).toMatchObject({ from: 1, to: 1 })
    expect(walk(draft, 1)).toBe(draft)
  })
})

test('pieces make up the whole text, and overlapping spans have tracks of their own', () => {
  const spans = [{ start: 0, end: 9, class: 'a' }, { start: 5, end: 9, class: 'b' }, { start: 10, end: 13, class: 'b' }]
  const made = pieces(text, draftOf(text, spans))
  expect(made.map((piece) => piece.text).join('')).toBe(text)
  expect(made.map((piece) => piece.tracks.map((span) => span?.class ?? null))).toEqual([['a'], ['a'], ['a', 'b'], [], ['b'], [], []])
})
