import type { ClassInfo, Kind } from '../api/types'
import { scrollText } from '../dom'
import type { Desk } from '../views/label/desk.svelte'
import { revocableSkip } from '../state/label'
import type { Command } from './command'
import { optionsOf, type Option } from '../state/options'
import { boxCommands, BOX_COMMANDS } from './boxes'
import { severalCommands } from './several'
import { markCommands, SPAN_COMMANDS } from './spans'

type LabelCommand = Command<Desk>

const OF_ANY_KIND = ['not enough context', 'broken or empty text', 'not a language I read']
const OF_ITS_KIND: Partial<Record<Kind, readonly string[]>> = {
  choice: ['fits no class', 'fits several classes'],
  rating: ['fits no point of the scale'],
  pairwise: ['both are equally good', 'cannot be compared'],
}

/** Reasons for a skip, in the order of their keys. They are stored as written. */
export const skipReasons = (kind: Kind): readonly string[] => [...(OF_ITS_KIND[kind] ?? []), ...OF_ANY_KIND]
export const NOT_SURE = 'not sure'

const canSkip = (desk: Desk): boolean => desk.card !== null && desk.card.given === null

const chosenPast = (desk: Desk) => desk.state.past[desk.historyAt]

/** Everything on the labelling page that is not an answer. */
export const LABEL_COMMANDS: readonly LabelCommand[] = [
  {
    id: 'take-back',
    title: 'Take back',
    context: 'label',
    keys: ['Backspace'],
    when: (desk) => desk.state.past.length > 0 || revocableSkip(desk.state, desk.sending) !== null,
    run: (desk) => desk.takeBack(),
  },
  { id: 'keep', title: 'Keep the answer', context: 'label', keys: ['Enter'], when: (desk) => Boolean(desk.card?.given), run: (desk) => desk.keep() },
  { id: 'skip', title: 'Skip', context: 'label', keys: ['Space'], when: canSkip, run: (desk) => desk.chooseSkip(true) },
  { id: 'not-sure', title: 'Not sure', context: 'label', keys: ['f'], when: canSkip, run: (desk) => desk.skip(NOT_SURE) },
  { id: 'why', title: 'Why this item', context: 'label', keys: ['w'], when: (desk) => desk.card !== null, run: (desk) => desk.explain(!desk.explaining) },
  { id: 'guidelines', title: 'Guidelines', context: 'label', keys: ['g'], when: () => true, run: (desk) => desk.show('guidelines') },
  { id: 'history', title: 'History', context: 'label', keys: ['h'], when: () => true, run: (desk) => desk.show('history') },
  {
    id: 'discussion',
    title: 'Discussion',
    context: 'label',
    keys: ['c'],
    when: () => true,
    run: (desk) => desk.discuss(desk.drawer === 'history' ? chosenPast(desk)?.item.id : undefined),
  },
  { id: 'returned', title: 'Answers that came back', context: 'label', keys: ['r'], when: (desk) => desk.state.refused.length > 0, run: (desk) => desk.show('returned') },
  { id: 'classes', title: 'Find a class', context: 'label', keys: ['/'], when: (desk) => desk.card !== null, run: (desk) => desk.pop('classes') },
  { id: 'close', title: 'Close the drawer', context: 'label', keys: ['Escape'], when: (desk) => desk.drawer !== null, run: (desk) => desk.show(null) },
  { id: 'read-on', title: 'Read on in a long text', context: 'label', keys: ['ArrowDown', 'PageDown'], when: (desk) => desk.card !== null, run: () => scrollText(1) },
  { id: 'read-back', title: 'Read back in a long text', context: 'label', keys: ['ArrowUp', 'PageUp'], when: (desk) => desk.card !== null, run: () => scrollText(-1) },
  { id: 'keys', title: 'All keys', context: 'global', keys: ['?'], when: () => true, run: (desk) => desk.pop('keys') },
  { id: 'palette', title: 'Commands', context: 'global', keys: ['Mod+k'], when: () => true, run: (desk) => desk.pop('palette') },
]

const skipCommands = (kind: Kind): readonly LabelCommand[] => [
  ...skipReasons(kind).map((reason, i): LabelCommand => ({
    id: `skip.${i + 1}`,
    title: `Skip: ${reason}`,
    context: 'skip',
    keys: [String(i + 1)],
    when: (desk) => desk.choosingSkip,
    run: (desk) => desk.skip(reason),
  })),
  { id: 'skip.plain', title: 'Skip without a reason', context: 'skip', keys: ['Space'], when: (desk) => desk.choosingSkip, run: (desk) => desk.skip(null) },
  { id: 'skip.cancel', title: 'Do not skip', context: 'skip', keys: ['Escape', 'Backspace'], when: (desk) => desk.choosingSkip, run: (desk) => desk.chooseSkip(false) },
]

const HISTORY_COMMANDS: readonly LabelCommand[] = [
  { id: 'history.newer', title: 'Newer answer', context: 'history', keys: ['ArrowUp'], when: () => true, run: (desk) => desk.walk(-1) },
  { id: 'history.older', title: 'Older answer', context: 'history', keys: ['ArrowDown'], when: () => true, run: (desk) => desk.walk(1) },
  {
    id: 'history.open',
    title: 'Open this answer',
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
      { id: `answer.${i}`, title: name, context: 'label', keys: own, fixed: true, when: (desk) => desk.card !== null, run: (desk) => desk.answer(value) },
      {
        id: `revise.${i}`,
        title: `Change to ${name}`,
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

function answering(classes: readonly ClassInfo[], keys: readonly (string | null)[], kind: Kind): LabelCommand[] {
  if (kind === 'spans') return [...markCommands(classes, keys), ...SPAN_COMMANDS]
  if (kind === 'boxes') return [...boxCommands(classes, keys), ...BOX_COMMANDS]
  if (kind === 'multichoice') return severalCommands(classes, keys)
  return answerCommands(optionsOf({ kind, classes }), keys)
}

/** The whole table of the page; keys, buttons, the palette and the page of all keys read it. */
export function labelCommands(classes: readonly ClassInfo[], keys: readonly (string | null)[], kind: Kind): LabelCommand[] {
  return [...answering(classes, keys, kind), ...LABEL_COMMANDS, ...skipCommands(kind), ...HISTORY_COMMANDS]
}
