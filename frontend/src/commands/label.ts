import type { ClassInfo, Kind } from '../api/types'
import { scrollText } from '../dom'
import { keysOf, type Overrides } from '../keymap'
import type { Desk } from '../views/label/desk.svelte'
import type { Edits } from '../views/label/editing.svelte'
import { revocableSkip } from '../state/label'
import type { Command, Context } from './command'
import { optionsOf, type Option } from '../state/options'
import { boxCommands, BOX_COMMANDS } from './boxes'
import { severalCommands } from './several'
import { VERIFY_COMMANDS } from './verify'
import { markCommands, SPAN_COMMANDS } from './spans'
import { t } from '../words/spoken.svelte'

type LabelCommand = Command<Desk>

export type SkipReason = keyof typeof t.label.reasons

const OF_ANY_KIND: readonly SkipReason[] = ['not enough context', 'broken or empty text', 'not a language I read']
const OF_ITS_KIND: Partial<Record<Kind, readonly SkipReason[]>> = {
  choice: ['fits no class', 'fits several classes'],
  rating: ['fits no point of the scale'],
  pairwise: ['both are equally good', 'cannot be compared'],
}

/** Reasons for a skip, in the order of their keys. They are stored as written here and shown in the language spoken. */
export const skipReasons = (kind: Kind): readonly SkipReason[] => [...(OF_ITS_KIND[kind] ?? []), ...OF_ANY_KIND]
export const NOT_SURE: SkipReason = 'not sure'

/** Whether the question on the screen is what keys are about; while the history is open they are about the answer chosen there. */
const isAsking = (desk: Desk): boolean => desk.card !== null && desk.drawer !== 'history'

const canSkip = (desk: Desk): boolean => isAsking(desk) && !desk.card?.given

/** What is answered already cannot be skipped: it is left as it was, or, where something was drawn meanwhile, said how it stands. */
function skipOrLeave(desk: Desk): void {
  if (!desk.card?.given) desk.chooseSkip(true)
  else if (desk.editing.draft || desk.editing.sketch || desk.editing.ticked) desk.explain(true)
  else desk.keep()
}

const chosenPast = (desk: Desk) => desk.state.past[desk.historyAt]
const canRevise = (desk: Desk): boolean => chosenPast(desk) !== undefined && optionsOf(desk.project).length > 0

/** Everything on the labelling page that is not an answer. */
export const LABEL_COMMANDS: readonly LabelCommand[] = [
  {
    id: 'take-back',
    get title() { return t.label.takeBack },
    context: 'label',
    keys: ['Backspace'],
    when: (desk) => desk.drawer !== 'history' && (desk.state.past.length > 0 || revocableSkip(desk.state, desk.sending) !== null),
    run: (desk) => desk.takeBack(),
  },
  { id: 'keep', get title() { return t.label.keepTheAnswer }, context: 'label', keys: ['Enter'], when: (desk) => isAsking(desk) && Boolean(desk.card?.given), run: (desk) => desk.keep() },
  { id: 'skip', get title() { return t.label.skip }, context: 'label', keys: ['Space'], when: isAsking, run: skipOrLeave },
  { id: 'not-sure', get title() { return t.label.notSure }, context: 'label', keys: ['f'], when: canSkip, run: (desk) => desk.skip(NOT_SURE) },
  { id: 'why', get title() { return t.label.whyThisItem }, context: 'label', keys: ['w'], when: isAsking, run: (desk) => desk.explain(!desk.explaining) },
  { id: 'guidelines', get title() { return t.label.guidelines }, context: 'label', keys: ['g'], when: () => true, run: (desk) => desk.show('guidelines') },
  { id: 'history', get title() { return t.label.history }, context: 'label', keys: ['h'], when: () => true, run: (desk) => desk.show('history') },
  {
    id: 'discussion',
    get title() { return t.label.discussion },
    context: 'label',
    keys: ['c'],
    when: () => true,
    run: (desk) => desk.discuss(desk.drawer === 'history' ? chosenPast(desk)?.item.id : undefined),
  },
  { id: 'returned', get title() { return t.label.answersThatCameBack }, context: 'label', keys: ['r'], when: (desk) => desk.state.refused.length > 0, run: (desk) => desk.show('returned') },
  { id: 'classes', get title() { return t.label.findAClass }, context: 'label', keys: ['/'], when: (desk) => (desk.drawer === 'history' ? canRevise(desk) : desk.card !== null), run: (desk) => desk.pop('classes') },
  { id: 'close', get title() { return t.label.closeTheDrawer }, context: 'label', keys: ['Escape'], when: (desk) => desk.drawer !== null, run: (desk) => desk.show(null) },
  { id: 'read-on', get title() { return t.label.readOnInA }, context: 'label', keys: ['ArrowDown', 'PageDown'], when: isAsking, run: () => scrollText(1) },
  { id: 'read-back', get title() { return t.label.readBackInA }, context: 'label', keys: ['ArrowUp', 'PageUp'], when: isAsking, run: () => scrollText(-1) },
  { id: 'keys', get title() { return t.label.allKeys }, context: 'global', keys: ['?'], when: () => true, run: (desk) => desk.pop('keys') },
  { id: 'palette', get title() { return t.label.commands }, context: 'global', keys: ['Mod+k'], when: () => true, run: (desk) => desk.pop('palette') },
]

const skipCommands = (kind: Kind): readonly LabelCommand[] => [
  ...skipReasons(kind).map((reason, i): LabelCommand => ({
    id: `skip.${i + 1}`,
    get title() { return t.label.skipBecause(t.label.reasons[reason]) },
    context: 'skip',
    keys: [String(i + 1)],
    when: (desk) => desk.choosingSkip,
    run: (desk) => desk.skip(reason),
  })),
  { id: 'skip.plain', get title() { return t.label.skipWithoutAReason }, context: 'skip', keys: ['Space'], when: (desk) => desk.choosingSkip, run: (desk) => desk.skip(null) },
  { id: 'skip.cancel', get title() { return t.label.doNotSkip }, context: 'skip', keys: ['Escape', 'Backspace'], when: (desk) => desk.choosingSkip, run: (desk) => desk.chooseSkip(false) },
]

const HISTORY_COMMANDS: readonly LabelCommand[] = [
  { id: 'history.newer', get title() { return t.label.newerAnswer }, context: 'history', keys: ['ArrowUp'], when: () => true, run: (desk) => desk.walk(-1) },
  { id: 'history.older', get title() { return t.label.olderAnswer }, context: 'history', keys: ['ArrowDown'], when: () => true, run: (desk) => desk.walk(1) },
  {
    id: 'history.open',
    get title() { return t.label.openThisAnswer },
    context: 'history',
    keys: ['Enter'],
    when: (desk) => chosenPast(desk) !== undefined,
    run: (desk) => {
      const past = chosenPast(desk)
      if (past) desk.open(past.assignment)
    },
  },
]

/** One command for each option, twice: answering what is on the screen, and changing the answer chosen in the history. */
function answerCommands(options: readonly Option[], keys: readonly (string | null)[]): LabelCommand[] {
  return options.flatMap(({ name, value }, i): LabelCommand[] => {
    const own = keys[i] ? [keys[i]] : []
    return [
      { id: `answer.${i}`, title: name, context: 'label', keys: own, fixed: true, when: isAsking, run: (desk) => desk.answer(value) },
      {
        id: `revise.${i}`,
        get title() { return t.label.changeTo(name) },
        context: 'history',
        keys: own,
        fixed: true,
        when: (desk) => chosenPast(desk) !== undefined,
        run: (desk) => {
          const past = chosenPast(desk)
          if (past) desk.revise(past.assignment, value)
        },
      },
    ]
  })
}

/** What makes an answer of more than one key: for each class its key, and all else that its editor does. */
export function makingCommands(classes: readonly ClassInfo[], keys: readonly (string | null)[], kind: Kind): readonly Command<Edits>[] {
  if (kind === 'spans') return [...markCommands(classes, keys), ...SPAN_COMMANDS]
  if (kind === 'boxes') return [...boxCommands(classes, keys), ...BOX_COMMANDS]
  return kind === 'multichoice' ? severalCommands(classes, keys) : []
}

/** The place in which the keys of a kind's editor count, and what it is called; null where it has none. */
export function placeOf(kind: Kind): readonly [Context, string] | null {
  if (kind === 'boxes') return ['boxes', t.label.boxes]
  if (kind === 'spans') return ['spans', t.label.marking]
  return kind === 'multichoice' ? ['several', t.label.choosing] : null
}

/** The keys that no class gets in a project of the kind. */
export const takenKeys = (kind: Kind, overrides: Overrides): ReadonlySet<string> =>
  new Set([...LABEL_COMMANDS, ...makingCommands([], [], kind)].flatMap((command) => [...keysOf(command, overrides)]))

/** The whole table of the page; keys, buttons, the palette and the page of all keys read it. */
export function labelCommands(classes: readonly ClassInfo[], keys: readonly (string | null)[], kind: Kind): LabelCommand[] {
  return [...answerCommands(optionsOf({ kind, classes }), keys), ...makingCommands(classes, keys, kind), ...VERIFY_COMMANDS, ...LABEL_COMMANDS, ...skipCommands(kind), ...HISTORY_COMMANDS]
}
