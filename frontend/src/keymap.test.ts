import { describe, expect, it } from 'vitest'
import type { Command, Context } from './commands/command'
import { labelCommands, LABEL_COMMANDS, skipReasons } from './commands/label'
import { SPAN_COMMANDS } from './commands/spans'
import { clashes, commandFor, rebind, shown, type Pressed } from './keymap'
import { answerKeys } from './state/classes'

const classes = Array.from({ length: 40 }, (_, i) => ({ name: `class ${i}`, key: '', color: 0, description: '' }))
const reserved = new Set(LABEL_COMMANDS.flatMap((command) => command.keys))
const labelling = labelCommands(classes, answerKeys(classes, reserved), 'choice')

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more })
const command = (id: string, context: Context, keys: string[], isPossible = true): Command<null> => ({ id, title: id, context, keys, when: () => isPossible, run: () => undefined })

it('no two commands of the labelling page want the same key in the same place', () => {
  expect(clashes(labelling)).toEqual([])
})

it('nor do those of marking, and no class takes a key of theirs', () => {
  const taken = new Set([...LABEL_COMMANDS, ...SPAN_COMMANDS].flatMap((command) => command.keys))
  const marking = labelCommands(classes, answerKeys(classes, taken), 'spans')
  expect(clashes(marking)).toEqual([])
  const own = new Set(marking.filter((one) => one.id.startsWith('mark.')).flatMap((one) => one.keys))
  expect([...own].filter((key) => taken.has(key))).toEqual([])
})

it('gives reasons to skip that the kind of question can have', () => {
  expect(skipReasons('choice')[0]).toBe('fits no class')
  expect(skipReasons('pairwise')[0]).toBe('both are equally good')
  expect(skipReasons('spans').join()).not.toContain('class')
})

it('finds a clash in one place and across everywhere, not between two places', () => {
  const found = clashes([command('a', 'label', ['x']), command('b', 'label', ['x']), command('c', 'global', ['x']), command('d', 'skip', ['y'])])
  expect(found.map((clash) => clash.commands.join())).toEqual(['a,b', 'a,c', 'b,c'])
})

describe('a key press', () => {
  const all = [command('one', 'label', ['1']), command('g', 'label', ['g']), command('help', 'global', ['?']), command('palette', 'global', ['Mod+k']), command('skip', 'label', ['Space']), command('first', 'skip', ['1'])]
  const idOf = (event: Pressed, contexts: Context[] = ['label', 'global']) => commandFor(all, event, contexts, null)?.id

  it('means the innermost command', () => {
    expect(idOf(press('1'))).toBe('one')
    expect(idOf(press('1'), ['skip', 'label'])).toBe('first')
    expect(idOf(press(' '))).toBe('skip')
    expect(idOf(press('G', { shiftKey: true }))).toBe('g')
  })

  it('works on layouts that cannot type the key', () => {
    expect(idOf(press('п', { code: 'KeyG' }))).toBe('g')
    expect(idOf(press('&', { code: 'Digit1' }))).toBe('one')
    expect(idOf(press('!', { code: 'Digit1', shiftKey: true }))).toBeUndefined()
  })

  it('with a modifier means only what asks for it', () => {
    expect(idOf(press('k', { metaKey: true }))).toBe('palette')
    expect(idOf(press('g', { ctrlKey: true }))).toBeUndefined()
    expect(idOf(press('1', { altKey: true }))).toBeUndefined()
  })

  it('means nothing while the command is impossible', () => {
    expect(commandFor([command('no', 'label', ['x'], false)], press('x'), ['label'], null)).toBeNull()
  })
})

describe('own keys', () => {
  const all = [command('skip', 'label', ['Space']), command('why', 'label', ['w']), command('help', 'global', ['?'])]

  it('replace the first ones', () => {
    const result = rebind(all, {}, 'why', 'y')
    expect(result).toEqual({ overrides: { why: ['y'] } })
    expect(commandFor(all, press('y'), ['label'], null, { why: ['y'] })?.id).toBe('why')
    expect(commandFor(all, press('w'), ['label'], null, { why: ['y'] })).toBeNull()
  })

  it('are refused when another command has the key', () => {
    expect(rebind(all, {}, 'why', 'Space')).toMatchObject({ takenBy: { id: 'skip' } })
    expect(rebind(all, {}, 'why', '?')).toMatchObject({ takenBy: { id: 'help' } })
    expect(rebind(all, { skip: ['s'] }, 'why', 'Space')).toEqual({ overrides: { skip: ['s'], why: ['Space'] } })
  })
})

it('shows keys as they are printed', () => {
  expect(shown('+', false)).toBe('+')
  expect([shown('Mod+k', false), shown('Mod+k', true), shown('Escape', false), shown('g', false)]).toEqual(['Ctrl K', '⌘ K', 'Esc', 'g'])
})

it('an arrow with shift is a key of its own, and the plain one where nobody wants that', () => {
  const all = [command('extend', 'spans', ['Shift+ArrowRight']), command('right', 'spans', ['ArrowRight']), command('down', 'label', ['ArrowDown'])]
  const idOf = (event: Pressed) => commandFor(all, event, ['spans', 'label'], null)?.id
  expect(idOf(press('ArrowRight', { shiftKey: true }))).toBe('extend')
  expect(idOf(press('ArrowRight'))).toBe('right')
  expect(idOf(press('ArrowDown', { shiftKey: true }))).toBe('down')
  expect(shown('Shift+ArrowRight', false)).toBe('Shift →')
  expect(shown('Mod+Enter', false)).toBe('Ctrl Enter')
})
