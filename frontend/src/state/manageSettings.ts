/** The settings form: texts as typed, what is wrong with them, what a change costs, and the smallest change to send. Pure. */
import type { Progress, Project, ProjectSettings } from '../api/types'
import { count } from './format'
import { groupsFor, type NumberSetting, type Setting } from './policy'
import { t } from '../words/spoken.svelte'

export type SettingName = keyof ProjectSettings

/** Every value as text: numbers as typed, switches as "true" and "false". */
export type SettingsForm = { name: string; guidelines: string } & Record<SettingName, string>
export type FormField = keyof SettingsForm

const rounded = (value: number): string => String(Math.round(value * 1e6) / 1e6)

const settingsOf = (project: Project): Setting[] => groupsFor(project.kind).flatMap((group) => [...group.settings])

function textOf(setting: Setting, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (setting.type === 'number') return rounded(Number(value) * (setting.isPercent ? 100 : 1))
  return setting.type === 'json' ? JSON.stringify(value) : String(value)
}

export function formOf(project: Project): SettingsForm {
  const texts = settingsOf(project).map((setting) => [setting.name, textOf(setting, project.settings[setting.name])])
  return { ...(Object.fromEntries(texts) as Record<SettingName, string>), name: project.name, guidelines: project.guidelines }
}

/** The form after something was typed. The most answers follow the answers an item where they are no more than these, as they do in the service. */
export function typedInto({ settings }: Project, form: SettingsForm, name: FormField, text: string): SettingsForm {
  const follows = name === 'overlap' && settings.max_votes === settings.overlap && form.max_votes === form.overlap
  return { ...form, [name]: text, ...(follows ? { max_votes: text } : {}) }
}

function numberProblem(setting: NumberSetting, text: string): string {
  if (text.trim() === '') return setting.isOptional ? '' : t.members.aNumberIsNeeded
  const value = Number(text)
  const fits = value >= setting.low && value <= setting.high && (!setting.isWhole || Number.isInteger(value))
  return fits ? '' : numberWords(setting)
}

function numberWords({ isWhole, isOptional, low, high }: NumberSetting): string {
  const [whole, any] = isOptional ? [t.members.wholeOrNothing, t.members.numberOrNothing] : [t.members.wholeNumber, t.members.anyNumber]
  return (isWhole ? whole : any)(low, high)
}

function parsedObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text.trim() || '{}')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

function problemOf(setting: Setting, text: string): string {
  if (setting.type === 'number') return numberProblem(setting, text)
  if (setting.type === 'json') return parsedObject(text) ? '' : t.members.thisIsNotA
  return setting.type === 'choice' && !text.trim() ? t.members.somethingHasToBe : ''
}

/** A sentence for each field that cannot be sent. */
export function formProblems(project: Project, form: SettingsForm): Partial<Record<FormField, string>> {
  const problems: Partial<Record<FormField, string>> = {}
  if (!form.name.trim()) problems.name = t.members.theProjectNeedsA
  for (const setting of settingsOf(project)) {
    const problem = problemOf(setting, form[setting.name])
    if (problem) problems[setting.name] = problem
  }
  if (!problems.overlap && Number(form.max_votes) < Number(form.overlap)) problems.max_votes = t.members.notFewerThanThe
  return problems
}

function valueOf(setting: Setting, text: string): unknown {
  if (setting.type === 'switch') return text === 'true'
  if (setting.type === 'json') return parsedObject(text)
  if (setting.type !== 'number') return text.trim()
  if (text.trim() === '') return null
  return setting.isPercent ? Math.round(Number(text) * 1e4) / 1e6 : Number(text)
}

export interface ProjectChange {
  name?: string
  guidelines?: string
  settings?: Partial<Record<SettingName, unknown>>
}

/** What differs from the project, as the body of a PATCH; null when nothing does. */
export function changeOf(project: Project, form: SettingsForm): ProjectChange | null {
  const before = formOf(project)
  const changed = settingsOf(project).filter(({ name }) => form[name] !== before[name])
  const settings = Object.fromEntries(changed.map((setting) => [setting.name, valueOf(setting, form[setting.name])]))
  const change: ProjectChange = {
    ...(form.name.trim() !== before.name ? { name: form.name.trim() } : {}),
    ...(form.guidelines !== before.guidelines ? { guidelines: form.guidelines } : {}),
    ...(changed.length ? { settings } : {}),
  }
  return Object.keys(change).length ? change : null
}

const labels = (project: Project): [FormField, string][] => [
  ['name', t.members.name], ['guidelines', t.label.guidelines],
  ...settingsOf(project).map((setting): [FormField, string] => [setting.name, setting.label]),
]

/** The form over a newer version of the project: what was typed stays, everything else is as it is now. */
export function rebasedForm(before: Project, now: Project, form: SettingsForm): SettingsForm {
  const [old, newer] = [formOf(before), formOf(now)]
  const kept = labels(before).filter(([field]) => form[field] !== old[field]).map(([field]) => [field, form[field]])
  return { ...newer, ...Object.fromEntries(kept) }
}

export interface Contested {
  label: string
  /** What it says now, which is not what was typed. */
  now: string
}

/** What was typed here and changed elsewhere meanwhile, each with what it says now. */
export function contested(before: Project, now: Project, form: SettingsForm): Contested[] {
  const [old, newer] = [formOf(before), formOf(now)]
  const both = labels(now).filter(([field]) => form[field] !== old[field] && newer[field] !== old[field] && newer[field] !== form[field])
  return both.map(([field, label]) => ({ label, now: newer[field] }))
}

const RETRAINS: readonly SettingName[] = ['strategy', 'classifier', 'classifier_params', 'cost_aware', 'queue_source']

/** How many answers all items need in the ordinary course. */
const answersWanted = (items: number, overlap: number, part: number): number => Math.round(items * (1 + (overlap - 1) * part))

function votesLine(project: Project, form: SettingsForm, items: number): string {
  const { overlap, overlap_share } = project.settings
  const before = answersWanted(items, overlap, overlap_share)
  const after = answersWanted(items, Number(form.overlap), Number(form.overlap_share) / 100)
  return after === before ? '' : t.members.allTogetherAskFor(items, count(after), count(before))
}

function secondLine(project: Project, form: SettingsForm, items: number): string {
  const most = items * Number(form.max_votes)
  return Number(form.max_votes) > project.settings.max_votes ? t.members.doubtfulItemsMayBe(count(most)) : ''
}

/** What the change will cost or move, in sentences, before it is saved; nothing for a form that cannot be sent. */
export function consequences(project: Project, form: SettingsForm, progress: Progress | null): string[] {
  const change = changeOf(project, form)
  if (!change || Object.keys(formProblems(project, form)).length) return []
  const changed = (names: readonly SettingName[]): boolean => names.some((name) => change.settings && name in change.settings)
  const items = progress?.items ?? 0
  const lines = [
    items && changed(['overlap', 'overlap_share']) ? votesLine(project, form, items) : '',
    items && changed(['max_votes']) ? secondLine(project, form, items) : '',
    changed(['representation']) ? items ? t.members.itemsReadAnew(items) : t.members.everyItemReadAnew : '',
    changed(RETRAINS) ? t.members.theModelIsTrained : '',
    changed(['random_rate']) && Number(form.random_rate) === 0 ? t.members.withoutARandomSample : '',
    changed(['target_confidence']) ? t.members.whichItemsCountAs : '',
    change.guidelines === undefined ? '' : t.members.theGuidelinesBecomeVersion(project.guidelines_version + 1),
  ]
  return lines.filter(Boolean)
}
