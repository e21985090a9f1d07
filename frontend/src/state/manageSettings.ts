/** The settings form: texts as typed, what is wrong with them, and the smallest change to send. Pure. */
import type { Project, ProjectSettings } from '../api/types'

type NumberField = Exclude<keyof ProjectSettings, 'strategy'>

export interface SettingField {
  name: NumberField
  label: string
  hint: string
  low: number
  high: number
  isWhole: boolean
  /** Shown and typed as percent, stored as a share. */
  isPercent: boolean
}

export const SETTING_FIELDS: readonly SettingField[] = [
  { name: 'overlap', label: 'Votes an item', hint: 'How many people answer each item in the ordinary course.', low: 1, high: 100, isWhole: true, isPercent: false },
  { name: 'max_votes', label: 'Most votes an item', hint: 'The hard limit, with second opinions for doubtful items.', low: 1, high: 100, isWhole: true, isPercent: false },
  { name: 'target_confidence', label: 'Sure enough at, in %', hint: 'Below this an answer counts as doubtful.', low: 1, high: 100, isWhole: false, isPercent: true },
  { name: 'random_rate', label: 'Random sample, in %', hint: 'Drawn at random and never learned from: the only honest test of the model.', low: 0, high: 100, isWhole: false, isPercent: true },
  { name: 'gold_rate', label: 'Known answers mixed in, in %', hint: 'Gold items among the others, to see how good people are.', low: 0, high: 100, isWhole: false, isPercent: true },
  { name: 'lease_seconds', label: 'Time for an answer, in seconds', hint: 'After this an unanswered item goes to somebody else.', low: 5, high: 86_400, isWhole: true, isPercent: false },
]

export type SettingsForm = { name: string; guidelines: string; strategy: string } & Record<NumberField, string>

const rounded = (value: number): string => String(Math.round(value * 1e6) / 1e6)

export function formOf(project: Project): SettingsForm {
  const texts = SETTING_FIELDS.map(({ name, isPercent }) => [name, rounded(project.settings[name] * (isPercent ? 100 : 1))])
  const numbers = Object.fromEntries(texts) as Record<NumberField, string>
  return { name: project.name, guidelines: project.guidelines, strategy: project.settings.strategy, ...numbers }
}

const valueOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text))

/** A sentence for each field that cannot be sent. */
export function formProblems(form: SettingsForm): Partial<Record<keyof SettingsForm, string>> {
  const problems: Partial<Record<keyof SettingsForm, string>> = {}
  if (!form.name.trim()) problems.name = 'The project needs a name.'
  for (const field of SETTING_FIELDS) {
    const value = valueOf(form[field.name])
    const fits = value >= field.low && value <= field.high && (!field.isWhole || Number.isInteger(value))
    if (!fits) problems[field.name] = `${field.isWhole ? 'A whole number' : 'A number'} from ${field.low} to ${field.high}.`
  }
  if (!problems.overlap && Number(form.max_votes) < Number(form.overlap)) problems.max_votes = 'Not fewer than the votes an item.'
  return problems
}

export interface ProjectChange {
  name?: string
  guidelines?: string
  settings?: Partial<ProjectSettings>
}

/** What differs from the project, as the body of a PATCH; null when nothing does. */
export function changeOf(project: Project, form: SettingsForm): ProjectChange | null {
  const before = formOf(project)
  const settings: Partial<ProjectSettings> = {}
  for (const field of SETTING_FIELDS) {
    const value = valueOf(form[field.name])
    if (form[field.name] !== before[field.name]) settings[field.name] = field.isPercent ? Math.round(value * 1e4) / 1e6 : value
  }
  if (form.strategy !== before.strategy) settings.strategy = form.strategy
  const change: ProjectChange = {
    ...(form.name.trim() !== before.name ? { name: form.name.trim() } : {}),
    ...(form.guidelines !== before.guidelines ? { guidelines: form.guidelines } : {}),
    ...(Object.keys(settings).length ? { settings } : {}),
  }
  return Object.keys(change).length ? change : null
}
