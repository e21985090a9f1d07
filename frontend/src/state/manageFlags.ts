/** Flags in words: what kind, about whom, what speaks for it. Pure. */
import type { IconName } from '../components/Icon.svelte'
import type { Flag, FlagKind } from '../api/types'
import { count } from './format'
import { LEVEL, answerTime, odds, percentRange, wholePercent } from './manageFormat'
import { say } from '../words/say'
import { t } from '../words/spoken.svelte'

export interface FlagWords {
  /** The name of one flag. */
  one: string
  /** What a number of them needs: "labels look wrong". */
  many: string
  /** What one or two people of name do. */
  ofOne: ((who: string) => string) | null
  ofTwo: ((who: string, other: string) => string) | null
  icon: IconName
  tone: 'warn' | 'bad' | ''
}

/** How a flag of each kind is drawn, the gravest first. */
const SIGNS: Readonly<Record<FlagKind, Pick<FlagWords, 'icon' | 'tone'>>> = {
  annotator_looks_random: { icon: 'stop', tone: 'bad' },
  annotator_needs_help: { icon: 'people', tone: 'warn' },
  label_suspect: { icon: 'warn', tone: 'warn' },
  confused_pair: { icon: 'scale', tone: 'warn' },
  drift: { icon: 'undo', tone: 'warn' },
  too_fast: { icon: 'clock', tone: '' },
  copying: { icon: 'people', tone: 'warn' },
  repetitive: { icon: 'list', tone: '' },
}

export const FLAG_KINDS = Object.keys(SIGNS) as FlagKind[]

export const flagWords = (kind: FlagKind): FlagWords => ({ ...t.manage.flagWords[kind], ...SIGNS[kind] })

export interface Need {
  kind: FlagKind
  text: string
  count: number
}

/** "cy and gus need help"; people are named while they are few. */
function needText(kind: FlagKind, flags: readonly Flag[]): string {
  const who = [...new Set(flags.flatMap((flag) => flag.annotator ?? []))]
  const [one, other] = who
  if (one !== undefined && who.length <= 2) {
    const { ofOne, ofTwo } = flagWords(kind)
    if (ofOne && ofTwo) return other === undefined ? ofOne(one) : ofTwo(one, other)
  }
  const [pair] = flags
  if (kind === 'confused_pair' && flags.length === 1 && pair) return t.manage.getMixedUp(pairOf(pair))
  if (flags.length === 1) return flagWords(kind).one
  return flagWords(kind).many.replace(/^./, (letter) => letter.toUpperCase())
}

/** What needs the manager, by kind, the gravest kind first. */
export function needs(flags: readonly Flag[]): Need[] {
  return FLAG_KINDS.flatMap((kind) => {
    const ofKind = flags.filter((flag) => flag.kind === kind && flag.status === 'open')
    return ofKind.length ? [{ kind, text: needText(kind, ofKind), count: ofKind.length }] : []
  })
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])

function pairOf(flag: Flag): string {
  const classes = strings(flag.evidence['classes'])
  return classes.length === 2 ? t.manage.and(classes[0] ?? '', classes[1] ?? '') : t.manage.twoClasses
}

/** Whom or what a flag is about. */
export const flagSubject = (flag: Flag): string => flag.annotator ?? (flag.kind === 'confused_pair' ? t.manage.everybody : '–')

/** What speaks for the flag, in a sentence. */
export const flagSummary = ({ evidence }: Pick<Flag, 'evidence'>): string => say(evidence.summary ?? t.manage.evidence, evidence['said'])

const excerpt = (text: string, most = 24): string => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text)

/** What the flag points at: an item's own name or first words, or how many answers it rests on. */
export function flagObject(flag: Flag): string {
  if (flag.external_id !== null) return flag.external_id
  if (flag.evidence.text) return excerpt(flag.evidence.text)
  if (flag.item !== null) return t.common.item(flag.item)
  const n = flag.evidence['n']
  return typeof n === 'number' ? (flag.kind === 'confused_pair' ? t.manage.onItems : t.manage.onAnswers)(count(n)) : '–'
}

/** Where one looks at what a flag points at: in review while it waits there, else the item with all that happened to it. */
export function flagPlace(project: number, { item, kind, status, evidence }: Pick<Flag, 'item' | 'kind' | 'status' | 'evidence'>): string | null {
  if (item === null) return null
  const waits = kind === 'label_suspect' && status === 'open' && evidence['known'] !== true // a known answer needs no review
  return waits ? `/projects/${project}/review?item=${item}` : `/projects/${project}/items/${item}`
}

export interface Fact {
  name: string
  value: string
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function voteFacts(evidence: Flag['evidence']): Fact[] {
  const others = Array.isArray(evidence['others']) ? evidence['others'].filter(isRecord) : []
  return others.map((vote) => ({ name: String(vote['annotator'] ?? t.manage.somebody), value: say(String(vote['class'] ?? '–'), vote['class_said']) }))
}

function modelFacts(evidence: Flag['evidence']): Fact[] {
  const model = evidence['model']
  if (!isRecord(model)) return []
  const best = Object.entries(model).filter((entry): entry is [string, number] => typeof entry[1] === 'number').sort((a, b) => b[1] - a[1])
  return best.slice(0, 2).map(([name, p], rank) => ({ name: rank === 0 ? t.manage.modelSays : t.manage.thenIt, value: `${name}, ${wholePercent(p)}` }))
}

/** Figures that evidence may hold, in the order of reading, and how each is written. */
const FIGURES: readonly [field: keyof typeof t.manage.figures, written: (value: number) => string][] = [
  ['n', count],
  ['n_people', count],
  ['rate', wholePercent],
  ['log_odds', odds],
  ['accuracy', wholePercent],
  ['bar', wholePercent],
  ['before', wholePercent],
  ['now', wholePercent],
  ['hasty_share', wholePercent],
  ['median_seconds', answerTime],
  ['floor_seconds', answerTime],
]

function figureFacts(evidence: Flag['evidence']): Fact[] {
  const facts = FIGURES.flatMap(([field, written]) => {
    const value = evidence[field]
    return typeof value === 'number' ? [{ name: t.manage.figures[field], value: written(value) }] : []
  })
  const { low, high } = evidence
  if (typeof low === 'number' && typeof high === 'number') facts.push({ name: t.manage.interval(LEVEL), value: percentRange(low, high, 0) })
  const latest = strings(evidence['latest'])
  return latest.length ? [...facts, { name: t.manage.latestAnswers, value: latest.join(', ') }] : facts
}

/** The evidence of a flag as named facts, for the opened row. */
export function flagFacts(flag: Flag): Fact[] {
  const { evidence } = flag
  const answers: Fact[] = []
  if (evidence.class !== undefined) answers.push({ name: flag.annotator ?? t.manage.answer, value: say(evidence.class, evidence['class_said']) })
  if (evidence.expected !== undefined) answers.push({ name: evidence['known'] === true ? t.manage.knownAnswer : t.manage.expected, value: say(evidence.expected, evidence['expected_said']) })
  return [...answers, ...voteFacts(evidence), ...modelFacts(evidence), ...figureFacts(evidence)]
}
