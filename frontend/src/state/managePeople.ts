/** People as a manager must look at them: those with a flag first. Pure. */
import type { IconName } from '../components/Icon.svelte'
import type { AnnotatorRow, Flag, FlagKind } from '../api/types'
import { toCsv } from './csv'
import { t } from '../words/spoken.svelte'

export interface PersonState {
  kind: FlagKind
  text: string
  icon: IconName
  tone: 'warn' | 'bad' | 'plain'
  /** The accuracy itself is what raised the flag. */
  isAboutSkill: boolean
}

/** The gravest first; one state is shown, the flags below tell the rest. */
const STATES: readonly (Omit<PersonState, 'text'> & { kind: keyof typeof t.manage.personStates })[] = [
  { kind: 'annotator_looks_random', icon: 'stop', tone: 'bad', isAboutSkill: true },
  { kind: 'annotator_needs_help', icon: 'warn', tone: 'warn', isAboutSkill: true },
  { kind: 'drift', icon: 'undo', tone: 'warn', isAboutSkill: true },
  { kind: 'copying', icon: 'people', tone: 'warn', isAboutSkill: false },
  { kind: 'too_fast', icon: 'clock', tone: 'plain', isAboutSkill: false },
  { kind: 'repetitive', icon: 'list', tone: 'plain', isAboutSkill: false },
]

export function stateOf(person: AnnotatorRow, flags: readonly Flag[]): PersonState | null {
  const kinds = new Set(flags.filter((flag) => flag.annotator === person.username && flag.status === 'open').map((flag) => flag.kind))
  const found = STATES.find((state) => kinds.has(state.kind))
  return found ? { ...found, text: t.manage.personStates[found.kind] } : null
}

/** Flagged people first, the gravest state first; then by how much they answered. */
export function byUrgency(people: readonly AnnotatorRow[], flags: readonly Flag[]): AnnotatorRow[] {
  const urgency = (person: AnnotatorRow): number => {
    const state = stateOf(person, flags)
    return state ? STATES.findIndex((one) => one.kind === state.kind) : STATES.length
  }
  return [...people].sort((a, b) => urgency(a) - urgency(b) || b.annotations - a.annotations || a.username.localeCompare(b.username))
}

export function peopleCsv(people: readonly AnnotatorRow[]): string {
  const heads = ['person', 'annotations', 'accuracy', 'low', 'high', 'random_log_odds', 'median_seconds', 'last_active', 'flags']
  const lines = people.map((one) => [
    one.username, one.annotations, one.accuracy?.estimate ?? null, one.accuracy?.low ?? null, one.accuracy?.high ?? null,
    one.random_log_odds, one.median_seconds, one.last_active, one.flags,
  ])
  return toCsv([heads, ...lines])
}
