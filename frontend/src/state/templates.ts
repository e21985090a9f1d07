/** Projects to begin with: a question with classes, guidelines and policies that suit it, all to be changed. Pure. */
import type { Kind, ProjectSettings } from '../api/types'
import { t } from '../words/spoken.svelte'
import { emptyDraft, newClass, type Draft, type DraftClass } from './createDraft'

export const TEMPLATES = ['triage', 'sentiment', 'entities', 'objects', 'preference', 'rating'] as const
export type Template = (typeof TEMPLATES)[number]

interface Plan {
  kind: Kind
  overlap: number
  settings: Partial<ProjectSettings>
}

/** Second opinions where one answer may not do; several at once where there is no right or wrong to be sure of. */
const PLANS: Readonly<Record<Template, Plan>> = {
  triage: { kind: 'choice', overlap: 1, settings: { max_votes: 3 } },
  sentiment: { kind: 'choice', overlap: 1, settings: { max_votes: 3, relabel_rate: 0.3 } },
  entities: { kind: 'spans', overlap: 1, settings: { max_votes: 2, spans_overlap: false } },
  objects: { kind: 'boxes', overlap: 1, settings: { max_votes: 2 } },
  preference: { kind: 'pairwise', overlap: 3, settings: { max_votes: 5 } },
  rating: { kind: 'rating', overlap: 2, settings: { max_votes: 4 } },
}

export const isTemplate = (name: string): name is Template => TEMPLATES.some((one) => one === name)

/** The draft of a template, in the language spoken; name and people of the draft before stay. */
export function templateDraft(draft: Draft, template: Template): Draft {
  const { kind, overlap, settings } = PLANS[template]
  const { guidelines, classes } = t.templates.all[template]
  const named = classes.reduce<DraftClass[]>(
    (before, [name = '', description = '']) => [...before, { ...newClass(before.map((one) => one.color)), name, description }],
    [],
  )
  return { ...emptyDraft(), name: draft.name, people: draft.people, kind, overlap, settings, guidelines, classes: named }
}
