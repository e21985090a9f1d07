/** What can be done about a flag in one step, in words that are read before it is done. Pure. */
import type { Flag } from '../api/types'
import { flagWords, flagSubject } from './manageFlags'
import { t } from '../words/spoken.svelte'

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

const relabel = ({ evidence: { expected } }: Flag): FlagAction => ({
  name: 'relabel', title: t.manage.relabel, note: t.manage.aWordWhyOptional, isNoteNeeded: false, isRead: false, question: t.manage.relabelThisItem,
  words: [expected === undefined ? t.manage.likeliestLabel : t.manage.likeliestLabelThen(expected), t.manage.consensusSkillsAndTraining, t.manage.theFlagCountsAs],
})

function sendOut(flag: Flag): FlagAction {
  const what = flag.item !== null ? t.manage.theItemGoes : flag.kind === 'confused_pair' ? t.manage.itemsInDoubtBetween : t.manage.itemsInDoubtThat(flagSubject(flag))
  return {
    name: 'send_out', title: t.manage.sendOutAgain, note: t.manage.aWordWhyOptional, isNoteNeeded: false, isRead: false, question: t.manage.askMorePeople,
    words: [t.manage.toOneMorePerson(what), t.manage.theFlagCountsAs],
  }
}

const talk = (who: string): FlagAction => ({
  name: 'talk', title: t.manage.talk, note: t.manage.whatReads(who), isNoteNeeded: true, isRead: true, question: t.manage.aWordTo(who),
  words: [t.manage.itIsAmongThe(who), t.manage.theFlagCountsAs],
})

export const pause = (who: string): FlagAction => ({
  name: 'pause', title: t.manage.pause, note: t.manage.whatReadsOptional(who), isNoteNeeded: false, isRead: true, question: t.manage.pauseWhom(who),
  words: [t.manage.getsNoMoreQuestions(who)],
})

/** What the service allows for an open flag; a pause needs a manager. Of a decided one, that it is undone. */
export function actionsFor(flag: Flag, isManager: boolean): FlagAction[] {
  if (flag.status !== 'open') return flag.status === 'closed' ? [] : [undo(flag)]
  const who = flag.annotator
  return [
    ...(flag.kind === 'label_suspect' && flag.item !== null ? [relabel(flag)] : []),
    ...(flag.item !== null || who !== null || flag.kind === 'confused_pair' ? [sendOut(flag)] : []),
    ...(who === null ? [] : [talk(who)]),
    ...(who === null || !isManager ? [] : [{ ...pause(who), words: [...pause(who).words, t.manage.theFlagCountsAs] }]),
  ]
}

const undo = (flag: Flag): FlagAction => ({
  name: 'undo', title: t.manage.undo, note: '', isNoteNeeded: false, isRead: false, question: t.manage.openThisFlagAgain,
  words: [t.manage.theFlagIsOpen(flagWords(flag.kind).one, flagSubject(flag)), t.manage.whatWasDoneAbout],
})

export const doneWords = (flag: Flag, name: FlagAction['name']): string => `${t.manage.done[name]}: ${flagWords(flag.kind).one}, ${flagSubject(flag)}.`
