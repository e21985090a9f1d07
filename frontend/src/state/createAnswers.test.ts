import { describe, expect, it } from 'vitest'
import { answersFound, cutColumn, knowsNone, MOST_CLASSES, tallied } from './createAnswers'
import { previewFile } from './createFile'

describe('classes in a column', () => {
  it('counts what it names, the most frequent first, and the rows that would be left out', () => {
    const cells = ['spam', ' ham', 'ham ', '', 'offer', 'ham']
    expect(answersFound('choice', ['ham', 'spam'], cells)).toEqual({ names: ['ham', 'offer', 'spam'], unknown: ['offer'], rows: 5, wrongRows: 1, problem: '' })
  })

  it('reads sets and scales as the import does', () => {
    expect(answersFound('multichoice', ['a'], ['a; b', '["c", "a"]']).unknown).toEqual(['b', 'c'])
    expect(answersFound('rating', [], ['10', '2', '0']).names).toEqual(['0', '2', '10'])
    expect(answersFound('rating', [], ['1', 'good']).problem).toBe('points')
  })

  it('says when they cannot be classes', () => {
    const many = Array.from({ length: MOST_CLASSES + 1 }, (_, n) => `id-${n}`)
    expect(answersFound('choice', [], many).problem).toBe('many')
    expect(answersFound('choice', ['x'], many.slice(1)).problem).toBe('many')
    expect(answersFound('choice', [], ['a'.repeat(101)]).problem).toBe('long')
  })

  it('knows a file that says nothing the project knows', () => {
    expect(knowsNone('choice', ['ham'], ['spam', ''])).toBe(true)
    expect(knowsNone('choice', ['ham'], ['spam', 'ham'])).toBe(false)
    expect(knowsNone('choice', [], [''])).toBe(false)
    expect(knowsNone('text', [], ['anything'])).toBe(false)
  })
})

describe('a column piece by piece', () => {
  const whole = (name: string, text: string, size: number): ReadonlyMap<string, number> => {
    const preview = previewFile(name, text, true)
    let [rest, tally] = ['', tallied([])]
    for (let at = 0; at < text.length; at += size) {
      const cut = cutColumn(preview, 'tag', rest + text.slice(at, at + size), at + size >= text.length)
      rest = cut.rest
      tally = tallied(cut.cells, tally)
    }
    return tally
  }

  it.each([1, 7, 1000])('is the same column however it is cut: %i', (size) => {
    const csv = 'id,text,tag\n1,"two\nlines, with a comma",spam\r\n\n2,b,ham\n3,only two\n4,d,spam'
    expect([...whole('a.csv', csv, size)]).toEqual([['tag', 1], ['spam', 2], ['ham', 1]])
    const lines = '{"text":"a","tag":"spam"}\nnot json\n{"text":"b","tag":1}\n{"text":"c"}'
    expect([...whole('a.jsonl', lines, size)]).toEqual([['spam', 1], ['1', 1]])
  })
})
