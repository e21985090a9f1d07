/** Editing the classes of a project that has answers: what is sent, and what becomes of the answers, said first. Pure. */
import type { ClassInfo } from '../api/types'
import { colorSlot } from './classes'
import { t } from '../words/spoken.svelte'

export interface EditedClass {
  /** The name it has now; null for a new class. */
  was: string | null
  name: string
  key: string
  color: number
  description: string
}

export const editsOf = (classes: readonly ClassInfo[]): EditedClass[] =>
  classes.map((one, index) => ({ was: one.name, name: one.name, key: one.key, color: colorSlot(one, index), description: one.description }))

export const addEdit = (edits: readonly EditedClass[]): EditedClass[] => [
  ...edits,
  { was: null, name: '', key: '', color: (edits.length % 12) + 1, description: '' },
]

export const changeEdit = (edits: readonly EditedClass[], index: number, change: Partial<EditedClass>): EditedClass[] =>
  edits.map((one, at) => (at === index ? { ...one, ...change } : one))

export const dropEdit = (edits: readonly EditedClass[], index: number): EditedClass[] => edits.filter((_, at) => at !== index)

/**
 * The edits over a newer list of classes: what was typed stays, everything else is as it is now. A class that was edited here and is
 * gone there becomes a new one.
 */
export function rebasedEdits(before: readonly ClassInfo[], now: readonly ClassInfo[], edits: readonly EditedClass[]): EditedClass[] {
  const [old, newer] = [editsOf(before), editsOf(now)]
  const known = new Set(old.map((one) => one.was))
  const kept = edits.flatMap((one) => (one.was === null ? [one] : rebasedEdit(one, old.find(({ was }) => was === one.was), newer.find(({ was }) => was === one.was))))
  return [...kept, ...newer.filter((one) => !known.has(one.was))]
}

function rebasedEdit(one: EditedClass, old: EditedClass | undefined, newer: EditedClass | undefined): EditedClass[] {
  const typed = Object.entries(one).filter(([part, value]) => old?.[part as keyof EditedClass] !== value)
  if (newer) return [{ ...newer, ...Object.fromEntries(typed) }]
  return typed.length ? [{ ...one, was: null }] : []
}

/** What is wrong with one of them, or an empty text. */
export function editProblem(edits: readonly EditedClass[], index: number): string {
  const one = edits[index]
  if (!one) return ''
  const others = edits.filter((_, at) => at !== index)
  const name = one.name.trim()
  if (!name) return t.members.aClassNeedsA
  if (others.some((other) => other.name.trim() === name)) return t.members.thereIsAnotherClass(name)
  const key = one.key.trim()
  if ([...key].length > 1) return t.members.aKeyIsOne
  return key && others.some((other) => other.key.trim() === key) ? t.members.isTheKeyOf(key) : ''
}

export interface ClassPayload {
  name: string
  key: string
  color: number
  description: string
  was?: string
}

/** The whole list as the service takes it; null when nothing changed. */
export function classPayload(classes: readonly ClassInfo[], edits: readonly EditedClass[]): ClassPayload[] | null {
  if (JSON.stringify(editsOf(classes)) === JSON.stringify(edits)) return null
  return edits.map(({ was, name, key, color, description }) => ({
    name: name.trim(), key: key.trim(), color, description, ...(was === null || was === name.trim() ? {} : { was }),
  }))
}

const quoted = (names: readonly string[]): string => names.map((name) => t.members.quoted(name)).join(', ')

/** What saving will do to questions and answers, in sentences. */
export function editWords(classes: readonly ClassInfo[], edits: readonly EditedClass[]): string[] {
  const renamed = edits.filter((one) => one.was !== null && one.was !== one.name.trim())
  const added = edits.filter((one) => one.was === null).map((one) => one.name.trim())
  const gone = classes.filter((one) => !edits.some((edit) => edit.was === one.name)).map((one) => one.name)
  return [
    ...renamed.map((one) => t.members.isCalledFromNow(one.was, one.name.trim())),
    ...(added.length ? [t.members.canBeChosenAt(quoted(added), added.length)] : []),
    ...(gone.length ? [t.members.cannotBeChosenAny(quoted(gone))] : []),
    t.members.trainedAnew,
  ]
}

/** What merging will do. */
export const mergeWords = (names: readonly string[], into: string): string[] => [
  t.members.goneAs(quoted(names), names.length, into),
  t.members.mergedForGood,
]
