import { describe, expect, it } from 'vitest'
import { emptyDraft, missing, projectPayload } from './createDraft'
import { previewFile } from './createFile'
import { guessMapping, isMapped, mapColumn, mappingPayload, rowFates } from './createMapping'
import { classCount, classesProblem, isAnswer, isListedImage, isMade, KINDS, takesImages, wordsOfKind } from './kinds'

const NO_FILE = { chosen: false, hasText: false }

describe('kinds of question', () => {
  it('say what they ask and what a file needs', () => {
    expect(KINDS).toHaveLength(7)
    for (const one of KINDS) expect(`${one.asks} ${one.columns}`).toMatch(/\. .*\.$/)
    expect(wordsOfKind('pairwise').leastClasses).toBeNull()
  })

  it('count what they have', () => {
    expect(classCount('choice', 1)).toBe('1 class')
    expect(classCount('rating', 5)).toBe('5 points')
    expect(classCount('pairwise', 0)).toBe('')
  })

  it('show texts only, or images too', () => {
    expect((['boxes', 'choice', 'spans', 'pairwise'] as const).map(takesImages)).toEqual([true, true, false, false])
    expect(isListedImage('choice', '(image)')).toBe(true)
    expect(isListedImage('boxes', null)).toBe(true)
    expect(isListedImage('choice', 'a text')).toBe(false)
    expect(isListedImage('pairwise', null)).toBe(false)
  })

  it('are answered by one key, or made on the item', () => {
    expect((['choice', 'rating', 'pairwise'] as const).some(isMade)).toBe(false)
    expect((['spans', 'boxes', 'multichoice', 'text'] as const).every(isMade)).toBe(true)
  })

  it('need the classes that the service wants', () => {
    expect(classesProblem('choice', ['ham'])).toContain('two classes')
    expect(classesProblem('spans', [])).toContain('one class')
    expect(classesProblem('text', [])).toBe('')
    expect(classesProblem('rating', [])).toBe('')
    expect(classesProblem('rating', ['1', '2', '10'])).toBe('')
    for (const names of [['1', '1'], ['2', '1'], ['bad', 'good'], ['01', '2']]) expect(classesProblem('rating', names)).toContain('rise')
  })

  it('know their answers in a cell', () => {
    expect(isAnswer('multichoice', ['a', 'b'], 'a; b')).toBe(true)
    expect(isAnswer('multichoice', ['a', 'b'], 'a|c')).toBe(false)
    expect(isAnswer('pairwise', [], 'First')).toBe(true)
    expect(isAnswer('rating', [], '6')).toBe(false)
    expect(isAnswer('spans', ['a'], '[{"start": 0}]')).toBe(true)
  })

  it('are sent with the classes they have', () => {
    const draft = { ...emptyDraft(), name: 'Which is better?', kind: 'pairwise' as const }
    expect(missing('classes', draft, NO_FILE, new Set())).toBe('')
    expect(projectPayload({ ...draft, classes: [{ name: 'left over', key: '', color: 'blue', description: '' }] })).toMatchObject({ kind: 'pairwise', classes: [] })
    expect(missing('classes', { ...draft, kind: 'multichoice' }, NO_FILE, new Set())).toContain('one class')
  })

  it('map two texts for a pair', () => {
    const preview = previewFile('pairs.csv', 'id,one,other,better\np-1,Good day,Hello there,first\n', true)
    const guessed = guessMapping(preview, [], 'pairwise')
    expect(guessed).toMatchObject({ external_id: 'id', text: 'one', second_text: 'other', metadata: ['better'] })
    const mapping = mapColumn(guessed, 'answer', 'better')
    expect(isMapped('pairwise', preview, { ...mapping, second_text: null })).toBe(false)
    expect(isMapped('pairwise', preview, mapping)).toBe(true)
    expect(mappingPayload(preview, mapping, 'utf-8')).toMatchObject({ text: 'one', second_text: 'other', annotation: 'better' })
    expect(rowFates(preview, mapping, [], 'pairwise')[0]).toMatchObject({ second: 'Hello there', fate: 'new' })
  })

  it('take images in the shape of the service only', () => {
    const own = previewFile('a.jsonl', '{"external_id": "i-1", "data": {"image": "data:image/png;base64,AAAA"}}\n', true)
    const table = previewFile('a.csv', 'id,image\n1,data:image/png\n', true)
    expect(isMapped('boxes', own, guessMapping(own, [], 'boxes'))).toBe(true)
    expect(isMapped('boxes', table, guessMapping(table, [], 'boxes'))).toBe(false)
  })
})
