/** What can be done about a flag in one step, in words that are read before it is done. Pure. */
import type { Flag } from '../api/types'
import { FLAG_WORDS, flagSubject } from './manageFlags'

export interface FlagAction {
  name: 'relabel' | 'send_out' | 'talk' | 'pause' | 'undo'
  /** On the button that opens the question. */
  title: string
  question: string
  /** What will happen, a sentence each. */
  words: readonly string[]
  /** The label of the field for a word; empty where none is kept. */
  note: string
  isNoteNeeded: boolean
  /** Whether the person reads the word. */
  isRead: boolean
}

const UNDOABLE = 'The flag counts as confirmed. All of it can be undone.'

const relabel = ({ evidence: { expected } }: Flag): FlagAction => ({
  name: 'relabel', title: 'Relabel', note: 'A word why (optional)', isNoteNeeded: false, isRead: false, question: 'Relabel this item?',
  words: [`The item gets its likeliest label of today${expected === undefined ? '' : ` (${expected}, when the flag was raised)`}, as your decision. The answers themselves stay.`, 'Consensus, skills and training follow.', UNDOABLE],
})

function sendOut(flag: Flag): FlagAction {
  const what = flag.item !== null ? 'The item goes' : flag.kind === 'confused_pair' ? 'Items in doubt between these classes go' : `Items in doubt that ${flagSubject(flag)} answered go`
  return {
    name: 'send_out', title: 'Send out again', note: 'A word why (optional)', isNoteNeeded: false, isRead: false, question: 'Ask more people?',
    words: [`${what} to one more person each, as far as the most votes an item allow.`, UNDOABLE],
  }
}

const talk = (who: string): FlagAction => ({
  name: 'talk', title: 'Talk', note: `What ${who} reads`, isNoteNeeded: true, isRead: true, question: `A word to ${who}?`,
  words: [`It is among the words to ${who}, which my/report/ of the API gives. No label and no weight changes.`, UNDOABLE],
})

export const pause = (who: string): FlagAction => ({
  name: 'pause', title: 'Pause', note: `What ${who} reads (optional)`, isNoteNeeded: false, isRead: true, question: `Pause ${who}?`,
  words: [`${who} gets no more questions in this project until somebody says so, and is told. What was answered is kept.`],
})

/** What the service allows for an open flag; a pause needs a manager. Of a decided one, that it is undone. */
export function actionsFor(flag: Flag, isManager: boolean): FlagAction[] {
  if (flag.status !== 'open') return flag.status === 'closed' ? [] : [undo(flag)]
  const who = flag.annotator
  return [
    ...(flag.kind === 'label_suspect' && flag.item !== null ? [relabel(flag)] : []),
    ...(flag.item !== null || who !== null || flag.kind === 'confused_pair' ? [sendOut(flag)] : []),
    ...(who === null ? [] : [talk(who)]),
    ...(who === null || !isManager ? [] : [{ ...pause(who), words: [...pause(who).words, UNDOABLE] }]),
  ]
}

const undo = (flag: Flag): FlagAction => ({
  name: 'undo', title: 'Undo', note: '', isNoteNeeded: false, isRead: false, question: 'Open this flag again?',
  words: [`${FLAG_WORDS[flag.kind].one}, ${flagSubject(flag)}: the flag is open again.`, 'What was done about it is taken back: labels, slots and pauses are as before.'],
})

const DONE: Readonly<Record<FlagAction['name'], string>> = { relabel: 'Relabelled', send_out: 'Sent out again', talk: 'Told', pause: 'Paused', undo: 'Open again' }

export const doneWords = (flag: Flag, name: FlagAction['name']): string => `${DONE[name]}: ${FLAG_WORDS[flag.kind].one}, ${flagSubject(flag)}.`
