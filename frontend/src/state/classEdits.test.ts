import { describe, expect, it } from 'vitest'
import type { ClassInfo } from '../api/types'
import { addEdit, changeEdit, classPayload, dropEdit, editProblem, editsOf, editWords, mergeWords, rebasedEdits } from './classEdits'

const named = (name: string, key: string): ClassInfo => ({ name, key, color: 0, description: '' })
const classes = [named('ham', '1'), named('spam', '2'), named('other', '3')]
const edits = editsOf(classes)

describe('editing classes', () => {
  it('sends the whole list, with the old name of what was renamed', () => {
    expect(classPayload(classes, edits)).toBeNull()
    const changed = changeEdit(dropEdit(edits, 2), 1, { name: ' junk ' })
    expect(classPayload(classes, changed)).toEqual([
      { name: 'ham', key: '1', color: 1, description: '' },
      { name: 'junk', key: '2', color: 2, description: '', was: 'spam' },
    ])
    expect(classPayload(classes, changeEdit(edits, 0, { description: 'wanted' }))?.[0]).not.toHaveProperty('was')
  })

  it('says what becomes of answers before it is done', () => {
    const said = editWords(classes, changeEdit(addEdit(changeEdit(dropEdit(edits, 2), 1, { name: 'junk' })), 2, { name: 'scam' })).join(' ')
    expect(said).toContain('“spam” is called “junk”')
    expect(said).toContain('“scam”: can be chosen')
    expect(said).toContain('“other”: cannot be chosen')
    expect(mergeWords(['spam', 'other'], 'ham')[0]).toContain('“spam”, “other” are gone')
  })

  it('keeps what was typed over a newer list', () => {
    const now = [named('ham', '9'), named('other', '3'), named('new', '4')]
    expect(rebasedEdits(classes, now, edits)).toEqual(editsOf(now))
    const typed = changeEdit(changeEdit(addEdit(dropEdit(edits, 2)), 2, { name: 'mine' }), 0, { name: 'Ham' })
    expect(rebasedEdits(classes, now, typed).map((one) => [one.was, one.name, one.key])).toEqual([['ham', 'Ham', '9'], [null, 'mine', ''], ['new', 'new', '4']])
    expect(rebasedEdits(classes, now, changeEdit(edits, 1, { name: 'junk' })).map((one) => [one.was, one.name])).toContainEqual([null, 'junk'])
  })

  it('refuses names and keys given twice', () => {
    expect(editProblem(edits, 0)).toBe('')
    expect(editProblem(changeEdit(edits, 0, { name: 'spam' }), 0)).toContain('another class')
    expect(editProblem(changeEdit(edits, 0, { key: '2' }), 0)).toContain('key of another')
    expect(editProblem(addEdit(edits), 3)).toContain('needs a name')
  })
})
