/** Flags in words: what kind, about whom, what speaks for it. Pure. */
import type { IconName } from '../components/Icon.svelte'
import type { Flag, FlagKind } from '../api/types'
import { count } from './format'
import { answerTime, odds, percentRange, wholePercent } from './manageFormat'

export interface FlagWords {
  /** The name of one flag. */
  one: string
  /** What a number of them needs: "labels look wrong". */
  many: string
  icon: IconName
  tone: 'warn' | 'bad' | ''
}

export const FLAG_WORDS: Readonly<Record<FlagKind, FlagWords>> = {
  annotator_looks_random: { one: 'Looks random', many: 'people look random', icon: 'stop', tone: 'bad' },
  annotator_needs_help: { one: 'Needs help', many: 'people need help', icon: 'people', tone: 'warn' },
  label_suspect: { one: 'Label probably wrong', many: 'labels look wrong', icon: 'warn', tone: 'warn' },
  confused_pair: { one: 'Classes get mixed up', many: 'pairs of classes get mixed up', icon: 'scale', tone: 'warn' },
  drift: { one: 'Answers have changed', many: 'people answer differently than before', icon: 'undo', tone: 'warn' },
  too_fast: { one: 'Too fast', many: 'people answer too fast', icon: 'clock', tone: '' },
  copying: { one: 'Same mistakes as a colleague', many: 'people repeat a colleague', icon: 'people', tone: 'warn' },
  repetitive: { one: 'Always the same', many: 'people repeat one answer', icon: 'list', tone: '' },
}

const KINDS = Object.keys(FLAG_WORDS) as FlagKind[]

export interface Need {
  kind: FlagKind
  text: string
  count: number
}

const names = (who: readonly string[]): string =>
  who.length === 1 ? (who[0] ?? '') : `${who.slice(0, -1).join(', ')} and ${who.at(-1) ?? ''}`

const ONE_OR_MANY: Partial<Record<FlagKind, [one: string, many: string]>> = {
  annotator_looks_random: ['looks random', 'look random'],
  annotator_needs_help: ['needs help', 'need help'],
  too_fast: ['answers too fast', 'answer too fast'],
  repetitive: ['repeats one answer', 'repeat one answer'],
  copying: ['repeats a colleague', 'repeat a colleague'],
  drift: ['answers differently than before', 'answer differently than before'],
}

/** "cy and gus need help"; people are named while they are few. */
function needText(kind: FlagKind, flags: readonly Flag[]): string {
  const who = [...new Set(flags.flatMap((flag) => flag.annotator ?? []))]
  const verbs = ONE_OR_MANY[kind]
  if (verbs && who.length > 0 && who.length <= 2) return `${names(who)} ${who.length === 1 ? verbs[0] : verbs[1]}`
  const [pair] = flags
  if (kind === 'confused_pair' && flags.length === 1 && pair) return `${pairOf(pair)} get mixed up`
  if (flags.length === 1) return FLAG_WORDS[kind].one
  return FLAG_WORDS[kind].many.replace(/^./, (letter) => letter.toUpperCase())
}

/** What needs the manager, by kind, the gravest kind first. */
export function needs(flags: readonly Flag[]): Need[] {
  return KINDS.flatMap((kind) => {
    const ofKind = flags.filter((flag) => flag.kind === kind && flag.status === 'open')
    return ofKind.length ? [{ kind, text: needText(kind, ofKind), count: ofKind.length }] : []
  })
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])

function pairOf(flag: Flag): string {
  const classes = strings(flag.evidence['classes'])
  return classes.length === 2 ? classes.join(' and ') : 'Two classes'
}

/** Whom or what a flag is about. */
export const flagSubject = (flag: Flag): string => flag.annotator ?? (flag.kind === 'confused_pair' ? 'everybody' : '–')

/** What the flag points at: an item's own name, or how many answers it rests on. */
export function flagObject(flag: Flag): string {
  if (flag.external_id !== null) return flag.external_id
  if (flag.item !== null) return `item ${flag.item}`
  const n = flag.evidence['n']
  return typeof n === 'number' ? `${count(n)} ${flag.kind === 'confused_pair' ? 'items' : 'answers'}` : '–'
}

export interface Fact {
  name: string
  value: string
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function voteFacts(evidence: Flag['evidence']): Fact[] {
  const others = Array.isArray(evidence['others']) ? evidence['others'].filter(isRecord) : []
  return others.map((vote) => ({ name: String(vote['annotator'] ?? 'somebody'), value: String(vote['class'] ?? '–') }))
}

function modelFacts(evidence: Flag['evidence']): Fact[] {
  const model = evidence['model']
  if (!isRecord(model)) return []
  const best = Object.entries(model).filter((entry): entry is [string, number] => typeof entry[1] === 'number').sort((a, b) => b[1] - a[1])
  return best.slice(0, 2).map(([name, p], rank) => ({ name: rank === 0 ? 'Model says' : 'then', value: `${name}, ${wholePercent(p)}` }))
}

/** Figures that evidence may hold, in the order of reading, and how each is written. */
const FIGURES: readonly [field: string, name: string, written: (value: number) => string][] = [
  ['n', 'Answers', count],
  ['n_people', 'People', count],
  ['rate', 'Of paired answers', wholePercent],
  ['log_odds', 'Odds', odds],
  ['accuracy', 'Right', wholePercent],
  ['bar', 'Bar', wholePercent],
  ['before', 'Right before', wholePercent],
  ['now', 'Right now', wholePercent],
  ['hasty_share', 'Too fast to read', wholePercent],
  ['median_seconds', 'Median', answerTime],
  ['floor_seconds', 'Reading takes', answerTime],
]

function figureFacts(evidence: Flag['evidence']): Fact[] {
  const facts = FIGURES.flatMap(([field, name, written]) => {
    const value = evidence[field]
    return typeof value === 'number' ? [{ name, value: written(value) }] : []
  })
  const { low, high } = evidence
  if (typeof low === 'number' && typeof high === 'number') facts.push({ name: '90 % interval', value: percentRange(low, high, 0) })
  const latest = strings(evidence['latest'])
  return latest.length ? [...facts, { name: 'Latest answers', value: latest.join(', ') }] : facts
}

/** The evidence of a flag as named facts, for the opened row. */
export function flagFacts(flag: Flag): Fact[] {
  const { evidence } = flag
  const answers: Fact[] = []
  if (evidence.class !== undefined) answers.push({ name: flag.annotator ?? 'Answer', value: evidence.class })
  if (evidence.expected !== undefined) answers.push({ name: evidence['known'] === true ? 'Known answer' : 'Expected', value: evidence.expected })
  return [...answers, ...voteFacts(evidence), ...modelFacts(evidence), ...figureFacts(evidence)]
}
