import { describe, expect, it } from 'vitest'
import {
  addClass, changeClass, classProblem, copied, emptyDraft, memberPayload, missing, pasteClasses, personProblem, projectPayload, readDraft, stepSummary, storedDraft, takeClasses,
  type Draft,
} from './createDraft'

type Project = Parameters<typeof copied>[1]

const RESERVED = new Set(['f', 'g', 'h'])
const NO_FILE = { chosen: false, hasText: false }

function draft(change: Partial<Draft> = {}): Draft {
  return { ...pasteClasses(emptyDraft(), 0, 'spam, ham'), name: ' SMS filter ', ...change }
}

describe('classes', () => {
  it('takes several pasted names and gives each its own colour', () => {
    const { classes } = pasteClasses(emptyDraft(), 0, 'spam\noffer, code\n')
    expect(classes.map((one) => one.name)).toEqual(['spam', 'offer', 'code'])
    expect(new Set(classes.map((one) => one.color)).size).toBe(3)
  })

  it('keeps classes named before when names are pasted below them', () => {
    const two = changeClass(addClass(draft()), 2, { name: 'code' })
    expect(pasteClasses(two, 2, 'delivery,other').classes.map((one) => one.name)).toEqual(['spam', 'ham', 'delivery', 'other'])
  })

  it('takes the classes that a column names beside those that are there', () => {
    const meant = changeClass(draft(), 0, { description: 'unwanted', key: 's' })
    const taken = takeClasses(addClass(meant), ['ham', 'offer', 'spam'])
    expect(taken.classes.map((one) => one.name)).toEqual(['spam', 'ham', 'offer'])
    expect(taken.classes[0]).toMatchObject({ description: 'unwanted', key: 's' })
    expect(takeClasses(emptyDraft(), ['a', 'b', 'c']).classes).toHaveLength(3)
    expect(takeClasses({ ...emptyDraft(), kind: 'rating' }, ['0', '5', '10']).classes.map((one) => one.name)).toEqual(['0', '5', '10'])
  })

  it('says what is wrong with names and keys', () => {
    expect(classProblem(changeClass(draft(), 1, { name: 'spam' }), 1, RESERVED)).toContain('another class')
    expect(classProblem(changeClass(draft(), 0, { key: 'G' }), 0, RESERVED)).toContain('something else')
    expect(classProblem(changeClass(draft(), 0, { key: 'ab' }), 0, RESERVED)).toContain('one letter')
    const clash = changeClass(changeClass(draft(), 0, { key: 's' }), 1, { key: 'S' })
    expect(classProblem(clash, 1, RESERVED)).toContain('another class')
  })
})

describe('steps', () => {
  it('asks for what is missing and for nothing else', () => {
    expect(missing('kind', draft({ name: ' ' }), NO_FILE, RESERVED)).toContain('name')
    expect(missing('classes', emptyDraft(), NO_FILE, RESERVED)).toContain('two classes')
    expect(missing('data', draft(), NO_FILE, RESERVED)).toBe('')
    expect(missing('data', draft(), { chosen: true, hasText: false }, RESERVED)).toContain('text')
    expect(missing('data', draft(), { chosen: true, hasText: true, unknownAnswers: 'category' }, RESERVED)).toContain('“category”')
    expect(missing('people', draft({ overlap: 0 }), NO_FILE, RESERVED)).toContain('whole number')
    expect(missing('people', draft({ randomPercent: 101 }), NO_FILE, RESERVED)).toContain('100%')
    expect(missing('people', draft(), NO_FILE, RESERVED)).toBe('')
  })

  it('refuses a person twice and a short password', () => {
    const bo = { username: 'bo', role: 'annotator' as const, password: '' }
    expect(personProblem(draft({ people: [bo, { ...bo, username: ' bo' }] }), 1)).toContain('already')
    expect(personProblem(draft({ people: [{ ...bo, password: 'short' }] }), 0)).toContain('8 characters')
  })

  it('sums a closed step up', () => {
    const people = [{ username: 'bo', role: 'annotator' as const, password: '' }]
    expect(stepSummary('people', draft({ people, overlap: 2 }), '')).toBe('you and 1 other · 2 answers an item · 10% random sample')
    expect(stepSummary('classes', draft(), '')).toBe('spam, ham')
  })
})

describe('what is sent', () => {
  it('trims, leaves empty classes out and turns percent into shares', () => {
    expect(projectPayload(addClass(draft()))).toEqual({
      name: 'SMS filter', kind: 'choice', guidelines: '',
      classes: [{ name: 'spam', color: 1 }, { name: 'ham', color: 2 }],
      settings: { overlap: 1, max_votes: 1, random_rate: 0.1 },
    })
    expect(memberPayload({ username: ' bo ', role: 'reviewer', password: '' })).toEqual({ username: 'bo', role: 'reviewer' })
  })

  it('takes question and policies of another project, not an encoder that only the operator may choose', () => {
    const classes = [{ name: 'x', key: 'q', color: 3, description: 'rare' }]
    const settings = { paused: true, overlap: 2, max_votes: 5, random_rate: 0.25, relabel_rate: 0.1, representation: 'encoder:small' }
    const copy = projectPayload(copied(draft(), { kind: 'choice', classes, guidelines: 'Is it?', settings } as Project))
    expect(copy).toEqual({
      name: 'SMS filter', kind: 'choice', guidelines: 'Is it?', classes: [{ name: 'x', key: 'q', color: 3, description: 'rare' }],
      settings: { paused: false, overlap: 2, max_votes: 5, random_rate: 0.25, relabel_rate: 0.1 },
    })
  })

  it('keeps a draft without its passwords', () => {
    const one = draft({ people: [{ username: 'bo', role: 'annotator', password: 'not to be kept' }] })
    const kept = storedDraft(one)
    expect(kept).not.toContain('not to be kept')
    expect(readDraft(kept)?.name).toBe(one.name)
    expect(readDraft('{"name":1}')).toBeNull()
    expect(readDraft('no json')).toBeNull()
  })
})
