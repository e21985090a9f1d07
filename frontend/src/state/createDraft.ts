/** The draft of a new project: four steps, what is still missing in each, and what is sent. Pure. */
import { classesProblem, wordsOfKind } from './kinds'
import type { Kind, Project, ProjectSettings, Role } from '../api/types'
import { t } from '../words/spoken.svelte'

export const COLORS = ['blue', 'orange', 'green', 'magenta', 'gold', 'violet', 'sky', 'red', 'lime', 'brown', 'pink', 'slate'] as const
export type Color = (typeof COLORS)[number]

export interface DraftClass {
  name: string
  /** One letter or digit; empty: the next free one. */
  key: string
  color: Color
  description: string
}

export interface DraftPerson {
  username: string
  role: Role
  /** Makes the account; only instance administrators may give one. */
  password: string
}

export interface Draft {
  name: string
  kind: Kind
  classes: DraftClass[]
  guidelines: string
  people: DraftPerson[]
  overlap: number
  /** In percent, as it is typed. */
  randomPercent: number
  /** Policies of the project that this one is a copy of. */
  settings: Partial<ProjectSettings>
}

export const STEPS = ['kind', 'classes', 'data', 'people'] as const
export type Step = (typeof STEPS)[number]

export const emptyDraft = (): Draft => ({
  name: '',
  kind: 'choice',
  classes: [newClass([]), newClass(['blue'])],
  guidelines: '',
  people: [],
  overlap: 1,
  randomPercent: 10,
  settings: {},
})

/** The service knows colours as places 1–12 of the palette. */
export const colorNumber = (color: Color): number => COLORS.indexOf(color) + 1

/** A class in the first colour nobody has yet. */
export function newClass(taken: readonly Color[]): DraftClass {
  const color = COLORS.find((one) => !taken.includes(one)) ?? COLORS[taken.length % COLORS.length] ?? 'slate'
  return { name: '', key: '', color, description: '' }
}

/** The draft with the question, classes, guidelines and policies of a project; its items and people are not taken along. */
export function copied(draft: Draft, { kind, classes, guidelines, settings }: Project): Draft {
  const { representation, ...policies } = settings
  return {
    ...draft,
    kind,
    guidelines,
    classes: classes.map((one) => ({ name: one.name, key: one.key, color: COLORS[one.color - 1] ?? 'slate', description: one.description })),
    overlap: settings.overlap,
    randomPercent: 100 * settings.random_rate,
    // An encoder is chosen by the operator, anew for each project.
    settings: { ...(representation.startsWith('encoder:') ? policies : settings), paused: false },
  }
}

export const addClass = (draft: Draft): Draft => ({ ...draft, classes: [...draft.classes, newClass(draft.classes.map((one) => one.color))] })

export const dropClass = (draft: Draft, index: number): Draft => ({ ...draft, classes: draft.classes.filter((_, at) => at !== index) })

export const changeClass = (draft: Draft, index: number, change: Partial<DraftClass>): Draft => ({
  ...draft,
  classes: draft.classes.map((one, at) => (at === index ? { ...one, ...change } : one)),
})

/** Several names pasted at once (lines or commas) become classes; the first fills the class they were pasted into. */
export function pasteClasses(draft: Draft, index: number, text: string): Draft {
  const names = text.split(/[\n,;\t]/).map((name) => name.trim()).filter(Boolean)
  const [first = '', ...more] = names
  const filled = changeClass(draft, index, { name: first })
  const emptyAfter = filled.classes.filter((one, at) => at <= index || one.name.trim() !== '')
  return more.reduce<Draft>((all, name) => {
    const grown = addClass(all)
    return changeClass(grown, grown.classes.length - 1, { name })
  }, { ...filled, classes: emptyAfter })
}

/** The draft with classes of these names: those that are named already stay as they are, the others come after them. */
export function takeClasses(draft: Draft, names: readonly string[]): Draft {
  const named = namedClasses(draft)
  const known = new Set(named.map((one) => one.name.trim()))
  const taken = names.filter((name) => !known.has(name)).reduce<Draft>((all, name) => {
    const grown = addClass(all)
    return changeClass(grown, grown.classes.length - 1, { name })
  }, { ...draft, classes: named })
  return draft.kind === 'rating' ? { ...taken, classes: [...taken.classes].sort((a, b) => Number(a.name) - Number(b.name)) } : taken
}

/** Whether the kind has classes at all. */
export const namesClasses = (draft: Draft): boolean => wordsOfKind(draft.kind).leastClasses !== null

export const namedClasses = (draft: Draft): DraftClass[] => draft.classes.filter((one) => one.name.trim() !== '')
export const classNames = (draft: Draft): string[] => namedClasses(draft).map((one) => one.name.trim())

/** What is wrong with a class, or an empty text. `reserved` keys belong to commands of the labelling page. */
export function classProblem(draft: Draft, index: number, reserved: ReadonlySet<string>): string {
  const one = draft.classes[index]
  if (!one) return ''
  const others = draft.classes.filter((_, at) => at !== index)
  const name = one.name.trim()
  if (name && others.some((other) => other.name.trim() === name)) return t.members.thereIsAnotherClass(name)
  const key = one.key.trim().toLowerCase()
  if (!key) return ''
  if (!/^[a-z0-9]$/.test(key)) return t.create.aKeyIsOne
  if (reserved.has(key)) return t.create.doesSomethingElseWhile(key)
  return others.some((other) => other.key.trim().toLowerCase() === key) ? t.members.isTheKeyOf(key) : ''
}

export const personProblem = (draft: Draft, index: number): string => {
  const one = draft.people[index]
  const name = one?.username.trim() ?? ''
  const twice = name !== '' && draft.people.some((other, at) => at !== index && other.username.trim() === name)
  if (twice) return t.create.isOnTheList(name)
  return one?.password && one.password.length < 8 ? t.create.aPasswordHasAt : ''
}

const within = (value: number, low: number, high: number): boolean => Number.isFinite(value) && value >= low && value <= high

function whatIsMissing(kind: Kind): string {
  if (kind === 'boxes') return t.create.imagesComeAs
  return kind === 'pairwise' ? t.create.whichTwoColumnsAre : t.create.whichColumnIsThe
}

export interface ChosenFile {
  chosen: boolean
  /** Its text column is known. */
  hasText: boolean
  /** The column of known answers, where none of them is an answer of this project; else empty. */
  unknownAnswers?: string
}

/** Why a step is not done, or an empty text. */
export function missing(step: Step, draft: Draft, file: ChosenFile, reserved: ReadonlySet<string>): string {
  switch (step) {
    case 'kind':
      return draft.name.trim() ? '' : t.members.theProjectNeedsA
    case 'classes': {
      const problem = namesClasses(draft) ? draft.classes.map((_, index) => classProblem(draft, index, reserved)).find(Boolean) : ''
      return problem || classesProblem(draft.kind, classNames(draft))
    }
    case 'data':
      if (file.chosen && !file.hasText) return whatIsMissing(draft.kind)
      return file.unknownAnswers ? t.create.noneIsAClass(file.unknownAnswers) : ''
    case 'people': {
      const problem = draft.people.map((_, index) => personProblem(draft, index)).find(Boolean)
      if (problem) return problem
      if (!within(draft.overlap, 1, 100) || !Number.isInteger(draft.overlap)) return t.create.answersAnItemA
      return within(draft.randomPercent, 0, 100) ? '' : t.create.theRandomSample0
    }
  }
}

/** One line that says what a closed step holds. */
export function stepSummary(step: Step, draft: Draft, fileName: string): string {
  switch (step) {
    case 'kind':
      return draft.name.trim() ? `${draft.name.trim()}: ${wordsOfKind(draft.kind).title.toLocaleLowerCase()}` : ''
    case 'classes':
      return namesClasses(draft) ? classNames(draft).join(', ') || (draft.kind === 'rating' ? t.create.n1To5 : '') : t.create.noClasses
    case 'data':
      return fileName || t.create.noFileYetYou
    case 'people': {
      const invited = draft.people.filter((one) => one.username.trim()).length
      const people = invited ? t.create.youAnd(invited) : t.create.onlyYou
      return t.create.anItemRandomSample(people, draft.overlap, draft.randomPercent)
    }
  }
}

/** The body of `POST projects/`. Keys and descriptions that were left open are left to the service. */
export function projectPayload(draft: Draft): Record<string, unknown> {
  const classes = (namesClasses(draft) ? namedClasses(draft) : []).map((one) => ({
    name: one.name.trim(),
    color: colorNumber(one.color),
    ...(one.key.trim() ? { key: one.key.trim().toLowerCase() } : {}),
    ...(one.description.trim() ? { description: one.description.trim() } : {}),
  }))
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    classes,
    guidelines: draft.guidelines,
    settings: { ...draft.settings, overlap: draft.overlap, max_votes: Math.max(draft.settings.max_votes ?? 0, draft.overlap), random_rate: draft.randomPercent / 100 },
  }
}

export function memberPayload(person: DraftPerson): Record<string, unknown> {
  const { password, role } = person
  return { username: person.username.trim(), role, ...(password ? { password } : {}) }
}

/** The draft as it is kept in the browser: never a password. */
export const storedDraft = (draft: Draft): string =>
  JSON.stringify({ ...draft, people: draft.people.map((one) => ({ ...one, password: '' })) })

/** A draft kept earlier, or null when there is none or it was written by another version. */
export function readDraft(stored: string | null): Draft | null {
  try {
    const found = JSON.parse(stored ?? 'null') as Partial<Draft> | null
    const isWhole = found && typeof found.name === 'string' && Array.isArray(found.classes) && Array.isArray(found.people)
    return isWhole ? { ...emptyDraft(), ...found } : null
  } catch {
    return null
  }
}
